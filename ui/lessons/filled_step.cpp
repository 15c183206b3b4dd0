#include "ui/lessons/filled_step.h"

#include "core/generate/predictions.h"
#include "ui/theme/theme.h"

#include <QTextCursor>
#include <QTextDocument>

#include <algorithm>
#include <set>

namespace headlight::ui {

namespace {

constexpr char16_t kFirstSign = 0xE000; ///< private use: no lesson's own text has them
constexpr std::size_t kMostSigns = 0x1000;
constexpr std::size_t kMostOptions = 24;
constexpr std::size_t kOfferedWords = 5;

/// Fills texts of one step.
struct Filler {
    const LessonRun& run;
    const LessonPlaces& places;
    const RunControl& control;

    FilledText::Ink inkOf(const Expression& expression) const {
        switch (expression.quantity) {
        case LessonQuantity::QueryWord:
            return FilledText::Ink::Query;
        case LessonQuantity::KeyWord:
        case LessonQuantity::StrongestKey:
        case LessonQuantity::StrongestContribution:
            return FilledText::Ink::Key;
        default:
            return FilledText::Ink::Plain;
        }
    }

    FilledText operator()(const LessonText& text) const {
        FilledText filled;
        for (const LessonText::Part& part : text.parts) {
            if (const auto* plain = std::get_if<std::string>(&part)) {
                filled.markdown += QString::fromStdString(*plain);
                continue;
            }
            if (filled.values.size() == kMostSigns)
                break;
            const auto& expression = std::get<Expression>(part);
            const Result<LessonValue> value = evaluate(expression, run, places, control);
            filled.markdown += QChar(static_cast<char16_t>(kFirstSign + filled.values.size()));
            if (!value.ok())
                filled.values.push_back({QStringLiteral("—"), FilledText::Ink::Plain,
                                         QString::fromStdString(value.error().message())});
            else if (value->is_word)
                filled.values.push_back(
                    {QStringLiteral("“%1”").arg(QString::fromStdString(value->word)), inkOf(expression), {}});
            else
                filled.values.push_back(
                    {QString::fromStdString(valueText(*value)), FilledText::Ink::Plain, {}});
        }
        return filled;
    }
};

std::set<std::string> wordsOf(const TokenSequence& tokens) {
    std::set<std::string> words;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        words.insert(tokenText(tokens, i));
    return words;
}

/// Words of the run that could be the answer: those looked at, those of the text, those that are probable.
/// Empty: too many to offer.
std::vector<std::string> optionsOf(const Expression& answer, const LessonRun& run,
                                   const LessonPlaces& places) {
    const std::optional<HeadAddress> head = answer.head   ? answer.head
                                            : answer.here ? places.here.head
                                                          : places.step.head;
    std::set<std::string> words;
    switch (answer.quantity) {
    case LessonQuantity::StrongestKey:
    case LessonQuantity::StrongestContribution:
        if (head)
            words = wordsOf(keyTokens(run.run.input, head->kind));
        break;
    case LessonQuantity::TokenWord:
        words = wordsOf(answer.stack == StackKind::Encoder ? run.run.input.source : run.run.input.target);
        break;
    case LessonQuantity::TopWord: {
        const TokenSequence& tokens =
            run.model->spec().hasDecoder() ? run.run.input.target : run.run.input.source;
        const Result<std::size_t> at = findToken(answer.first, tokens, places.step);
        const Result<Tensor> logits =
            at.ok() ? run.model->logits(*run.run.trace, {*at, *at + 1}) : Result<Tensor>(at.error());
        if (logits.ok())
            for (const Candidate& candidate : topCandidates(logits->row(0), kOfferedWords))
                words.insert(tokenText(run.model->describe({candidate.id}), 0));
        break;
    }
    default:
        break;
    }
    return words.size() > kMostOptions ? std::vector<std::string>()
                                       : std::vector<std::string>(words.begin(), words.end());
}

void fillChoices(const LessonQuestion& question, const Filler& fill, FilledQuestion& filled) {
    bool any_right = false;
    bool decided = false;
    for (const LessonChoice& choice : question.choices) {
        FilledChoice shown{fill(choice.text), choice.right};
        if (choice.right_if) {
            decided = true;
            const Result<bool> right = holds(*choice.right_if, fill.run, fill.places, fill.control);
            shown.right = right.ok() && *right;
        }
        any_right |= shown.right;
        filled.choices.push_back(std::move(shown));
    }
    if (decided) { // which is right depends on the text, and for somebody's own text none may be
        FilledChoice none;
        none.text.markdown = QObject::tr("none of these");
        none.right = !any_right;
        filled.choices.push_back(std::move(none));
    }
}

FilledQuestion fillQuestion(const LessonQuestion& question, const Filler& fill) {
    FilledQuestion filled;
    filled.text = fill(question.text);
    filled.explanation = fill(question.explanation);
    filled.is_task = question.isTask();
    if (question.done) {
        const Result<bool> done = holds(*question.done, fill.run, fill.places, fill.control);
        filled.done = done.ok() && *done;
    } else if (question.answer) {
        const Result<LessonValue> answer = evaluate(*question.answer, fill.run, fill.places, fill.control);
        if (!answer.ok()) {
            filled.problem = QString::fromStdString(answer.error().message());
            return filled;
        }
        filled.answer = *answer;
        if (answer->is_word)
            for (const std::string& word : optionsOf(*question.answer, fill.run, fill.places))
                filled.choices.push_back({{QString::fromStdString(word), {}}, word == answer->word});
        if (filled.choices.size() < 2)
            filled.choices.clear();
    } else {
        fillChoices(question, fill, filled);
    }
    return filled;
}

} // namespace

QString FilledText::plain() const {
    QString text;
    for (const QChar c : markdown) {
        const auto sign = static_cast<std::size_t>(c.unicode() - kFirstSign);
        if (c.unicode() >= kFirstSign && sign < values.size())
            text += values[sign].text;
        else if (c != QLatin1Char('*') && c != QLatin1Char('`'))
            text += c;
    }
    return text;
}

LessonRun lessonRunOf(const RunSnapshot& snapshot) {
    LessonRun run{snapshot.request.model, snapshot.run, snapshot.target_text.toStdString()};
    if (!snapshot.isTranslation() && snapshot.hasContinuation())
        run.written = wordsOf(snapshot.model(), snapshot.continuation()).join(QLatin1Char(' ')).toStdString();
    return run;
}

Result<FilledStep> fillStep(const Lesson& lesson, std::size_t index, LessonRun run,
                            const LessonWindow& window, const RunControl& control) {
    FilledStep filled;
    const Result<LessonPlace> place = placeOf(stateOfStep(lesson, index), run);
    if (place.ok())
        filled.place = *place;
    else
        filled.place_problem = QString::fromStdString(place.error().message());
    LessonState state = stateOfStep(lesson, index);
    if (!window.changes.empty())
        state.changes = window.changes;
    if (const Result<void> changed = applyChanges(state, run, control); !changed.ok())
        filled.place_problem =
            QString::fromStdString(changed.error().message()); // another text may not have the token
    const LessonPlaces places{filled.place, window.here};
    const Filler fill{run, places, control};
    const LessonStep& step = lesson.steps[index];
    filled.text = fill(step.text);
    if (step.question)
        filled.question = fillQuestion(*step.question, fill);
    if (control.stop.stop_requested())
        return cancelledError();
    return filled;
}

void setFilledText(QTextDocument& document, const FilledText& text, const Theme& theme, const QFont& font) {
    document.setDefaultFont(font);
    document.setMarkdown(text.markdown);
    for (std::size_t i = 0; i < text.values.size(); ++i) {
        QTextCursor cursor = document.find(QString(QChar(static_cast<char16_t>(kFirstSign + i))));
        if (cursor.isNull())
            continue;
        QTextCharFormat format = cursor.charFormat();
        format.setFontWeight(QFont::DemiBold);
        const FilledText::Value& value = text.values[i];
        if (value.ink != FilledText::Ink::Plain)
            format.setForeground(value.ink == FilledText::Ink::Query ? theme.query : theme.key);
        if (!value.problem.isEmpty())
            format.setToolTip(value.problem);
        cursor.insertText(value.text, format);
    }
}

QString filledHtml(const FilledText& text, const Theme& theme, const QFont& font) {
    QTextDocument document;
    setFilledText(document, text, theme, font);
    return document.toHtml();
}

} // namespace headlight::ui
