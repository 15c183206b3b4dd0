#include "ui/session/kept_view.h"

#include "ui/heatmap/heatmap_view.h"
#include "ui/inspector/bar_list.h"
#include "ui/session/kept_map.h"
#include "ui/theme/figures.h"
#include "ui/tokens/token_row.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

QLabel* labelOf(const char* role, const QString& text = {}) {
    auto* label = new QLabel(text);
    label->setProperty("role", role);
    label->setWordWrap(true);
    return label;
}

QString describe(const session::ModelReference& model) {
    QStringList layers;
    for (const std::size_t count : {model.n_encoder_layers, model.n_decoder_layers})
        if (count > 0)
            layers.append(QString::number(count));
    QStringList parts;
    for (const std::string& word : {model.family, model.kind})
        if (!word.empty())
            parts.append(QString::fromStdString(word));
    if (!layers.isEmpty())
        parts.append(KeptView::tr("%1 layers × %2 heads").arg(layers.join(QLatin1Char('+'))).arg(model.n_heads));
    if (!model.hash.empty())
        parts.append(KeptView::tr("hash %1…").arg(QString::fromStdString(model.hash).left(12)));
    return parts.join(QStringLiteral(" · "));
}

RowRole roleOf(bool looks, bool is_looked_at) {
    return looks && is_looked_at ? RowRole::Both : looks ? RowRole::Query : is_looked_at ? RowRole::Key : RowRole::None;
}

BarRow barOf(const session::KeptPrediction& prediction) {
    BarRow row;
    row.label = QString::fromStdString(prediction.word);
    row.number = prediction.value ? numberText(*prediction.value) : weightText(prediction.probability);
    row.fraction = prediction.probability;
    row.no_bar = prediction.value.has_value();
    row.strong = prediction.written;
    row.tool_tip = prediction.value ? KeptView::tr("%1: value %2").arg(row.label, row.number)
                                    : KeptView::tr("%1: probability %2").arg(row.label).arg(prediction.probability, 0, 'f', 6);
    return row;
}

} // namespace

KeptView::KeptView(QWidget* parent)
    : QFrame(parent) {
    setProperty("role", "canvas");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(8);
    layout->addWidget(buildBanner());
    source_label_ = new QLabel;
    source_row_ = new TokenRow(&selection_);
    target_label_ = new QLabel;
    for (QLabel* label : {source_label_, target_label_})
        label->setProperty("role", "caption");
    target_row_ = new TokenRow(&selection_);
    auto* texts = new QGridLayout; // as above, where the texts are typed
    texts->setHorizontalSpacing(8);
    texts->setColumnStretch(1, 1);
    texts->addWidget(source_label_, 0, 0);
    texts->addWidget(source_row_, 0, 1);
    texts->addWidget(target_label_, 1, 0);
    texts->addWidget(target_row_, 1, 1);
    layout->addLayout(texts);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(16);
    auto* picture = new QVBoxLayout;
    head_label_ = labelOf("section");
    heatmap_ = new HeatmapView(&selection_);
    heatmap_->setAccessibleName(tr("Heatmap of the head kept in the session"));
    picture->addWidget(head_label_);
    picture->addWidget(heatmap_, 1);
    middle->addLayout(picture, 1);
    middle->addWidget(buildSide());
    layout->addLayout(middle, 1);
    setVisible(false);
}

KeptView::~KeptView() {
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)); // before the selection they look at
}

QFrame* KeptView::buildBanner() {
    auto* banner = new QFrame;
    banner->setProperty("role", "card");
    banner->setObjectName(QStringLiteral("keptBanner"));
    auto* line = new QHBoxLayout(banner);
    line->setContentsMargins(16, 12, 16, 12);
    auto* words = new QVBoxLayout;
    title_ = labelOf("title");
    reason_ = new QLabel;
    reason_->setWordWrap(true);
    reason_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    words->addWidget(title_);
    words->addWidget(reason_);
    find_button_ = new QPushButton(tr("Find the model…"));
    find_button_->setObjectName(QStringLiteral("findModel"));
    find_button_->setToolTip(tr("Choose the folder where it is now: config.json, model.safetensors, tokenizer.json"));
    line->addLayout(words, 1);
    line->addWidget(find_button_);
    connect(find_button_, &QPushButton::clicked, this, &KeptView::findModelRequested);
    return banner;
}

QWidget* KeptView::buildSide() {
    predictions_ = new QWidget;
    predictions_layout_ = new QVBoxLayout(predictions_);
    predictions_layout_->setContentsMargins(0, 0, 8, 0);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setFixedWidth(300);
    scroll->setWidget(predictions_);
    return scroll;
}

QString KeptView::bannerText() const { return title_->text() + QLatin1Char('\n') + reason_->text(); }

void KeptView::setTheme(const Theme& theme) { heatmap_->setTheme(theme); }

void KeptView::showSession(const session::Session& session, const Error& error) {
    const QString name = session.state.model ? QString::fromStdString(session.state.model->label) : QString();
    title_->setText(tr("This session is shown without its model, %1").arg(name));
    QStringList lines;
    if (session.state.model)
        lines.append(describe(*session.state.model));
    const QString why = QString::fromStdString(error.summary);
    const QString where = session.state.model ? QString::fromStdString(session.state.model->name) : QString();
    lines.append(why.contains(where) ? tr("%1.").arg(why.left(1).toUpper() + why.mid(1))
                                     : tr("%1: %2.").arg(why.left(1).toUpper() + why.mid(1), where));
    reason_->setToolTip(QString::fromStdString(error.message()));
    lines.append(session.run ? tr("What you see was kept in the session when it was saved; weights are rounded to three digits (F16). "
                                  "With the model everything is computed again.")
                             : tr("Nothing had run when it was saved, so nothing was kept but texts and settings."));
    reason_->setText(lines.join(QLatin1Char('\n')));
    setAccessibleName(bannerText());
    const session::KeptRun nothing;
    const session::KeptRun& run = session.run ? *session.run : nothing;
    selection_.setState({run.head ? run.head->head : HeadAddress(), {}, {}});
    showTokens(run);
    showHead(session);
    showPredictions(run);
    setVisible(true);
}

void KeptView::showTokens(const session::KeptRun& run) {
    const AxisTokens source = axisOf(run.source), target = axisOf(run.target);
    source_row_->setTokens(source);
    target_row_->setTokens(target);
    target_row_->setOutput(!run.written.empty() && !run.source.words.empty() ? QString::fromStdString(run.written.back()) : QString(),
                           tr("The last token written; nothing reads it."));
    source_label_->setText(source.name);
    target_label_->setText(target.name);
    source_row_->setAccessibleName(tr("Tokens: %1").arg(source.name));
    target_row_->setAccessibleName(tr("Tokens: %1").arg(target.name));
    source_label_->setVisible(!source.words.isEmpty());
    source_row_->setVisible(!source.words.isEmpty());
    target_label_->setVisible(!target.words.isEmpty());
    target_row_->setVisible(!target.words.isEmpty());
    if (!run.head)
        return;
    const AttentionKind kind = run.head->head.kind;
    source_row_->setRole(roleOf(kind == AttentionKind::EncoderSelf, kind != AttentionKind::DecoderSelf));
    target_row_->setRole(roleOf(kind != AttentionKind::EncoderSelf, kind == AttentionKind::DecoderSelf));
}

void KeptView::showHead(const session::Session& session) {
    const bool kept = session.run && session.run->head;
    head_label_->setText(kept ? tr("Kept in the session") : QString());
    const auto map = keptMap(session);
    heatmap_->setHeadMap(map.ok() ? *map : HeadMap{});
    heatmap_->setEmptyText(!map.ok()     ? QString::fromStdString(map.error().message())
                           : session.run ? tr("The weights of texts longer than %1 tokens are not kept in sessions.").arg(session::KeptHead::kMostTokens)
                                         : tr("No weights were kept."));
    const session::SelectedHeads& selected = session.state.selection;
    if (kept && selected.query.value_or(0) < session.run->head->n_queries && selected.key.value_or(0) < session.run->head->n_keys &&
        selected.head.kind == session.run->head->head.kind)
        selection_.setPinned({selected.query, selected.key});
}

void KeptView::showPredictions(const session::KeptRun& run) {
    while (QLayoutItem* const item = predictions_layout_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const std::vector<std::string>& words = run.target.words.empty() ? run.source.words : run.target.words;
    for (const session::KeptRow& row : run.predictions) {
        const QString word = row.row < words.size() ? QString::fromStdString(words[row.row]) : QString::number(row.row);
        predictions_layout_->addWidget(labelOf("section", tr("Predictions at “%1” (position %2)").arg(word).arg(row.row)));
        auto* list = new BarList(BarInk::Neutral);
        list->setAccessibleName(tr("Predictions at position %1").arg(row.row));
        std::vector<BarRow> bars;
        for (const session::KeptPrediction& prediction : row.top)
            bars.push_back(barOf(prediction));
        list->setRows(std::move(bars));
        predictions_layout_->addWidget(list);
    }
    predictions_layout_->addStretch(1);
}

} // namespace headlight::ui
