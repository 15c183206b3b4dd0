#include "ui/inspector/inspector_panel.h"

#include "ui/inspector/bar_list.h"
#include "ui/inspector/product_bars.h"
#include "ui/inspector/score_formulas.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kPredictions = 5;

/// A word short enough for a title.
QString shortWord(const QString& word) {
    return word.size() <= 20 ? word : word.left(10) + QChar(0x2026) + word.right(8);
}

QString wordAt(const AxisTokens& axis, std::size_t index) {
    return static_cast<qsizetype>(index) < axis.words.size() ? axis.words[static_cast<qsizetype>(index)] : QString();
}

QLabel* sectionLabel(const QString& tool_tip) {
    auto* label = new QLabel;
    label->setProperty("role", "section");
    label->setTextFormat(Qt::RichText);
    label->setWordWrap(true);
    label->setToolTip(tool_tip);
    return label;
}

QString coloured(const QString& word, const QColor& colour) {
    // Isolated, so that a right-to-left word does not turn the arrow around.
    return QStringLiteral("<span style=\"color:%1\">\u2068%2\u2069</span>").arg(colour.name(), word.toHtmlEscaped());
}

} // namespace

InspectorPanel::InspectorPanel(Document* document, Selection* selection, QWidget* parent)
    : QFrame(parent)
    , document_(document)
    , selection_(selection) {
    setProperty("role", "right");
    build();
    refresh_timer_.setSingleShot(true); // many changes in one turn of the event loop, one refresh
    connect(&refresh_timer_, &QTimer::timeout, this, &InspectorPanel::refresh);
    const auto soon = [this] { refresh_timer_.start(0); };
    connect(selection_, &Selection::tokensChanged, this, soon);
    connect(selection_, &Selection::headChanged, this, soon);
    connect(document_, &Document::snapshotChanged, this, soon);
    connect(&predictions_, &PredictionSource::changed, this, &InspectorPanel::showPredictions);
    connect(softmax_list_, &BarList::rowHovered, this, [this](int row) { chooseKey(row, false); });
    connect(softmax_list_, &BarList::rowClicked, this, [this](int row) { chooseKey(row, true); });
    refresh();
}

QFrame* InspectorPanel::addCard(QVBoxLayout* layout) {
    auto* card = new QFrame;
    card->setProperty("role", "card");
    auto* inner = new QVBoxLayout(card);
    inner->setContentsMargins(12, 10, 12, 10);
    inner->setSpacing(6);
    layout->addWidget(card);
    return card;
}

void InspectorPanel::build() {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget;
    area->setWidget(content);
    outer->addWidget(area);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 12, 12, 12);
    layout->setSpacing(8);

    empty_label_ = new QLabel(tr("Here are the numbers behind one cell: how query and key give a score, how the row's "
                                 "softmax turns scores into weights, and what the model predicts.\n\n"
                                 "Hover a cell of the heatmap, or click one to keep it."));
    empty_label_->setProperty("role", "caption");
    empty_label_->setWordWrap(true);
    layout->addWidget(empty_label_);

    pair_title_ = sectionLabel(tr("Who looks (query, blue) at whom (key, orange)"));
    pair_note_ = new QLabel;
    pair_note_->setProperty("role", "caption");
    pair_note_->setToolTip(tr("A decoder row reads one token and writes the next: the attention belongs to the token read."));
    layout->addWidget(pair_title_);
    layout->addWidget(pair_note_);
    pair_card_ = addCard(layout);
    formulas_ = new FormulaView;
    formulas_->setAccessibleName(tr("Arithmetic of the selected pair"));
    formulas_->setToolTip(tr("Score: dot product of query and key, divided by the root of their length, so that longer "
                             "vectors do not make sharper rows. Weight: the score's share after softmax."));
    products_ = new ProductBars;
    products_caption_ = new QLabel;
    products_caption_->setProperty("role", "caption");
    for (QWidget* widget : {static_cast<QWidget*>(formulas_), static_cast<QWidget*>(products_),
                            static_cast<QWidget*>(products_caption_)})
        pair_card_->layout()->addWidget(widget);

    softmax_title_ = sectionLabel(tr("Softmax: weight of key j = e^score(j) / sum over all keys of e^score; a row sums to 1."));
    layout->addWidget(softmax_title_);
    softmax_card_ = addCard(layout);
    softmax_list_ = new BarList(BarInk::Key);
    softmax_list_->setClickable(true);
    softmax_list_->setAccessibleName(tr("Attention weights of the selected row"));
    softmax_card_->layout()->addWidget(softmax_list_);

    prediction_title_ = sectionLabel(tr("Probability = softmax of the model's logits over its whole vocabulary. "
                                        "Bold: what was written."));
    layout->addWidget(prediction_title_);
    prediction_card_ = addCard(layout);
    prediction_list_ = new BarList(BarInk::Neutral);
    prediction_list_->setAccessibleName(tr("Predictions at the selected position"));
    connect(prediction_list_, &BarList::rowClicked, this, &InspectorPanel::chooseWord);
    prediction_card_->layout()->addWidget(prediction_list_);
    layout->addStretch(1);
}

void InspectorPanel::refresh() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const HeadAddress& head = selection_->head();
    const bool there = snapshot && snapshot->trace().check(head).ok();
    TokenPair pair = selection_->current();
    if (!there || (pair.query && *pair.query >= snapshot->trace().nQueries(head.kind)))
        pair.query.reset();
    if (!there || (pair.key && *pair.key >= snapshot->trace().nKeys(head.kind)))
        pair.key.reset();
    const bool has_pair = pair.query && pair.key;
    empty_label_->setVisible(!has_pair);
    pair_title_->setVisible(has_pair);
    pair_card_->setVisible(has_pair);
    softmax_title_->setVisible(pair.query.has_value());
    softmax_card_->setVisible(pair.query.has_value());
    if (!has_pair) {
        pair_note_->hide();
        pair_title_text_.clear();
    }
    if (has_pair)
        showPair(*snapshot, *pair.query, *pair.key);
    if (pair.query)
        showSoftmax(*snapshot, *pair.query, pair.key);
    askPredictions(there ? snapshot : nullptr, pair.query);
}

void InspectorPanel::showPair(const RunSnapshot& snapshot, std::size_t query, std::size_t key) {
    const HeadAddress& head = selection_->head();
    const AxisTokens& queries = snapshot.queries(head.kind);
    const QString query_word = shortWord(wordAt(queries, query));
    const QString key_word = shortWord(wordAt(snapshot.keys(head.kind), key));
    const Theme& theme = themeOf(palette());
    pair_title_text_ = query_word + QStringLiteral(" → ") + key_word;
    pair_title_->setText(QStringLiteral("<p dir=\"ltr\">%1 → %2</p>")
                             .arg(coloured(query_word, theme.query), coloured(key_word, theme.key)));
    const QString note = static_cast<qsizetype>(query) < queries.notes.size() ? queries.notes[static_cast<qsizetype>(query)]
                                                                              : QString();
    pair_note_->setText(note);
    pair_note_->setVisible(!note.isEmpty());
    PairNumbers numbers = pairNumbers(snapshot.trace(), head, query, key);
    formulas_->setFormulas(scoreFormulas(numbers));
    products_caption_->setText(tr("qᵢ·kᵢ in the %1 dimensions of this head").arg(numbers.headDim()));
    products_->setOperands(std::move(numbers.query), std::move(numbers.key));
}

/// As many rows as leave room for the rest of the panel.
std::size_t InspectorPanel::softmaxRoom() const {
    const int row = softmax_list_->rowHeight();
    const int titles = pair_title_->sizeHint().height() + pair_note_->sizeHint().height() +
                       softmax_title_->sizeHint().height() + prediction_title_->sizeHint().height();
    const int spaces = 24 + 8 * 7 + 2 * 22;        // margins, gaps between parts, paddings of the two lists' cards
    const int predicted = (kPredictions + 1) * row; // "n more" included
    const int others = titles + pair_card_->sizeHint().height() + spaces + predicted;
    return static_cast<std::size_t>(std::clamp((height() - others) / row - 1, 4, 48));
}

void InspectorPanel::showSoftmax(const RunSnapshot& snapshot, std::size_t query, std::optional<std::size_t> key) {
    const HeadAddress& head = selection_->head();
    const AxisTokens& keys = snapshot.keys(head.kind);
    const std::vector<float> weights = rowWeights(snapshot.trace(), head, query);
    const RowExcerpt excerpt = excerptRow(weights, softmaxRoom(), key.value_or(weights.size()));
    softmax_title_->setText(tr("softmax of “%1” over %2")
                                .arg(shortWord(wordAt(snapshot.queries(head.kind), query)).toHtmlEscaped(),
                                     keys.name.isEmpty() ? tr("the text") : keys.name.toHtmlEscaped()));
    std::vector<BarRow> rows;
    softmax_keys_ = excerpt.shown;
    for (const std::size_t index : excerpt.shown) {
        const double weight = static_cast<double>(weights[index]);
        BarRow row;
        row.label = wordAt(keys, index);
        row.number = weightText(weight);
        row.fraction = weight;
        row.strong = key == index;
        row.muted = index < keys.special.size() && keys.special[index];
        row.tool_tip = tr("“%1” at position %2: weight %3").arg(row.label).arg(index).arg(weight, 0, 'g', 9);
        rows.push_back(std::move(row));
    }
    if (excerpt.n_rest > 0) {
        BarRow row;
        row.label = tr("%1 more, together").arg(excerpt.n_rest);
        row.number = weightText(excerpt.rest);
        row.muted = true;
        row.no_bar = true;
        rows.push_back(std::move(row));
    }
    softmax_list_->setRows(std::move(rows));
}

void InspectorPanel::chooseKey(int list_row, bool pin) {
    const auto index = static_cast<std::size_t>(std::max(0, list_row));
    if (list_row < 0 || index >= softmax_keys_.size()) {
        if (!pin)
            selection_->setHovered({});
        return;
    }
    const TokenPair pair{.query = selection_->pinned().query, .key = softmax_keys_[index]};
    if (pin)
        selection_->setPinned(pair);
    else
        selection_->setHovered(pair);
}

void InspectorPanel::askPredictions(const SnapshotPtr& snapshot, std::optional<std::size_t> query) {
    const bool classifier = snapshot && snapshot->model().spec().head == HeadKind::SequenceClassification;
    const bool output_row = snapshot && query &&
                            (snapshot->model().spec().outputStack() == StackKind::Decoder) ==
                                (selection_->head().kind != AttentionKind::EncoderSelf);
    const std::size_t row = classifier ? 0 : query.value_or(0);
    if (snapshot && (classifier || output_row) && row < PredictionSource::rowCount(*snapshot))
        predictions_.request(snapshot, row);
    else
        predictions_.clear();
    showPredictions();
}

/// A click on a word that could have been written: it is, and the model goes on from there.
void InspectorPanel::chooseWord(int row) {
    const auto& predictions = predictions_.predictions();
    if (!predictions || row < 0 || static_cast<std::size_t>(row) >= predictions->top.size())
        return;
    const Prediction& chosen = predictions->top[static_cast<std::size_t>(row)];
    if (chosen.id >= 0)
        document_->chooseWord(predictions->snapshot, predictions->row, chosen.id);
}

void InspectorPanel::showPredictions() {
    const auto& predictions = predictions_.predictions();
    prediction_title_->setVisible(predictions.has_value());
    prediction_card_->setVisible(predictions.has_value());
    if (!predictions)
        return;
    const RunSnapshot& snapshot = *predictions->snapshot;
    const HeadKind head = snapshot.model().spec().head;
    const AxisTokens& axis = snapshot.model().spec().hasDecoder() ? snapshot.target_axis : snapshot.source_axis;
    const QString word = shortWord(wordAt(axis, predictions->row)).toHtmlEscaped();
    const bool answers = snapshot.model().spec().output.class_probability == ClassProbability::OverTokens;
    prediction_title_->setText(answers                                    ? tr("does the answer start or end at “%1”?").arg(word)
                               : head == HeadKind::SequenceClassification ? tr("classes of this text")
                               : head == HeadKind::TokenClassification    ? tr("class of “%1”").arg(word)
                               : head == HeadKind::MaskedLanguageModel    ? tr("word at “%1”").arg(word)
                                                                          : tr("next word after “%1”").arg(word));
    std::vector<BarRow> rows;
    for (const Prediction& prediction : predictions->top) {
        BarRow row;
        row.label = prediction.word;
        row.number = prediction.value ? QLocale().toString(*prediction.value, 'g', 4) : weightText(prediction.probability);
        row.fraction = prediction.probability;
        row.no_bar = prediction.value.has_value();
        row.strong = prediction.written;
        prediction_list_->setClickable(prediction.id >= 0);
        row.tool_tip = prediction.value ? tr("“%1”: value %2").arg(prediction.word).arg(double(*prediction.value), 0, 'g', 7)
                                        : tr("“%1”: probability %2").arg(prediction.word).arg(prediction.probability, 0, 'g', 7);
        if (prediction.id >= 0)
            row.tool_tip += QLatin1Char('\n') + tr("Click to take this word and go on from it.");
        rows.push_back(std::move(row));
    }
    if (predictions->n_rest > 0) {
        BarRow row;
        row.label = tr("%1 more, together").arg(QLocale().toString(static_cast<qulonglong>(predictions->n_rest)));
        row.number = weightText(predictions->rest);
        row.muted = true;
        row.no_bar = true;
        rows.push_back(std::move(row));
    }
    prediction_list_->setRows(std::move(rows));
}

void InspectorPanel::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        refresh_timer_.start(0); // the title's colours
}

void InspectorPanel::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    refresh_timer_.start(0); // more or fewer rows fit
}

} // namespace headlight::ui
