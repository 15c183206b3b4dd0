#include "ui/tokens/problem_label.h"

namespace headlight::ui {
namespace {

/// What is wrong, why, what to do. Expected and found are for the command line's one line.
QString problemText(const Error& problem) {
    QStringList sentences;
    for (const std::string& part : {problem.summary, problem.cause, problem.next_step}) {
        QString sentence = QString::fromStdString(part).simplified();
        if (sentence.isEmpty())
            continue;
        sentence.front() = sentence.front().toUpper();
        sentences.append(sentence.endsWith(QLatin1Char('.')) ? sentence : sentence + QLatin1Char('.'));
    }
    return sentences.join(QLatin1Char(' '));
}

} // namespace

ProblemLabel::ProblemLabel(Document* document, QWidget* parent)
    : QLabel(parent)
    , document_(document) {
    setObjectName(QStringLiteral("problem"));
    setProperty("role", "problem");
    setWordWrap(true);
    setTextFormat(Qt::RichText);
    setTextInteractionFlags(Qt::TextBrowserInteraction);
    hide();
    connect(document_, &Document::problemChanged, this, &ProblemLabel::follow);
    connect(this, &QLabel::linkActivated, document_, &Document::cutText);
}

void ProblemLabel::follow() {
    const auto& problem = document_->problem();
    setVisible(problem.has_value());
    if (!problem)
        return;
    QString message = problemText(*problem).toHtmlEscaped();
    const bool too_long = problem->kind == ErrorKind::TextTooLong || problem->kind == ErrorKind::Memory;
    if (too_long && !document_->ownTarget())
        message += QStringLiteral(" &nbsp;<a href=\"cut\">%1</a>").arg(tr("Keep the beginning that fits"));
    setToolTip(QString::fromStdString(problem->message()));
    setText(message);
}

} // namespace headlight::ui
