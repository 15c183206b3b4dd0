#include "ui/inspector/prediction_card.h"

#include "ui/inspector/bar_list.h"
#include "ui/inspector/card.h"
#include "ui/theme/figures.h"

#include <QFrame>
#include <QLabel>
#include <QLayout>
#include <QLocale>

namespace headlight::ui {

namespace {
constexpr int kPredictions = 5;
} // namespace

PredictionCard::PredictionCard(Document* document, QWidget* parent)
    : QWidget(parent)
    , document_(document) {
    layOutPart(this);
    title_ = makeSectionLabel(tr("Probability = softmax of the model's logits over its whole vocabulary. "
                                 "Bold: what was written."));
    layout()->addWidget(title_);
    QFrame* const card = makeCard();
    layout()->addWidget(card);
    list_ = new BarList(BarInk::Neutral);
    list_->setAccessibleName(tr("Predictions at the selected position"));
    card->layout()->addWidget(list_);
    connect(list_, &BarList::rowClicked, this, &PredictionCard::chooseWord);
    connect(&predictions_, &PredictionSource::changed, this, &PredictionCard::showPredictions);
}

int PredictionCard::fullHeight() const {
    const int rows = kPredictions + 1; // "n more" included
    return sizeHint().height() - list_->sizeHint().height() + rows * list_->rowHeight();
}

void PredictionCard::ask(const SnapshotPtr& snapshot, AttentionKind kind, std::optional<std::size_t> query) {
    const bool classifier = snapshot && snapshot->model().spec().head == HeadKind::SequenceClassification;
    const bool output_row = snapshot && query &&
                            (snapshot->model().spec().outputStack() == StackKind::Decoder) ==
                                (kind != AttentionKind::EncoderSelf);
    const std::size_t row = classifier ? 0 : query.value_or(0);
    if (snapshot && (classifier || output_row) && row < PredictionSource::rowCount(*snapshot))
        predictions_.request(snapshot, row);
    else
        predictions_.clear();
    showPredictions();
}

/// A click on a word that could have been written: it is, and the model goes on from there.
void PredictionCard::chooseWord(int row) {
    const auto& predictions = predictions_.predictions();
    if (!predictions || row < 0)
        return;
    if (static_cast<std::size_t>(row) >= predictions->top.size()) {
        emit vocabularyRequested();
        return;
    }
    const Prediction& chosen = predictions->top[static_cast<std::size_t>(row)];
    if (chosen.id >= 0)
        document_->chooseWord(predictions->snapshot, predictions->row, chosen.id);
}

void PredictionCard::showPredictions() {
    const auto& predictions = predictions_.predictions();
    setVisible(predictions.has_value());
    if (!predictions)
        return;
    const RunSnapshot& snapshot = *predictions->snapshot;
    const HeadKind head = snapshot.model().spec().head;
    const AxisTokens& axis =
        snapshot.model().spec().hasDecoder() ? snapshot.target_axis : snapshot.source_axis;
    const QString word = shortWord(wordAt(axis, predictions->row)).toHtmlEscaped();
    const bool answers = snapshot.model().spec().output.class_probability == ClassProbability::OverTokens;
    title_->setText(answers ? tr("does the answer start or end at “%1”?").arg(word)
                    : head == HeadKind::SequenceClassification ? tr("classes of this text")
                    : head == HeadKind::TokenClassification    ? tr("class of “%1”").arg(word)
                    : head == HeadKind::MaskedLanguageModel    ? tr("word at “%1”").arg(word)
                                                               : tr("next word after “%1”").arg(word));
    std::vector<BarRow> rows;
    for (const Prediction& prediction : predictions->top) {
        BarRow row;
        row.label = prediction.word;
        row.number = prediction.value ? QLocale().toString(*prediction.value, 'g', 4)
                                      : weightText(prediction.probability);
        row.fraction = prediction.probability;
        row.no_bar = prediction.value.has_value();
        row.strong = prediction.written;
        list_->setClickable(prediction.id >= 0);
        row.tool_tip =
            prediction.value
                ? tr("“%1”: value %2").arg(prediction.word).arg(double(*prediction.value), 0, 'g', 7)
                : tr("“%1”: probability %2").arg(prediction.word).arg(prediction.probability, 0, 'g', 7);
        if (prediction.id >= 0)
            row.tool_tip += QLatin1Char('\n') + tr("Click to take this word and go on from it.");
        rows.push_back(std::move(row));
    }
    if (predictions->n_rest > 0) {
        BarRow row;
        row.label =
            tr("%1 more, together").arg(QLocale().toString(static_cast<qulonglong>(predictions->n_rest)));
        row.number = weightText(predictions->rest);
        row.muted = true;
        row.no_bar = true;
        row.tool_tip = tr("Click to see them all, by probability.");
        rows.push_back(std::move(row));
    }
    list_->setRows(std::move(rows));
}

} // namespace headlight::ui
