#include "ui/window/head_panel.h"

#include "core/analysis/measure_input.h"
#include "ui/heads/head_grid_view.h"
#include "ui/heads/head_overview.h"
#include "ui/inspector/head_measures_view.h"
#include "ui/overview/head_order_bar.h"
#include "ui/window/segments.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr std::array<AttentionKind, 3> kKinds{AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross};

QString kindLabel(AttentionKind kind) {
    switch (kind) {
    case AttentionKind::EncoderSelf: return QStringLiteral("Encoder");
    case AttentionKind::DecoderSelf: return QStringLiteral("Decoder");
    case AttentionKind::Cross: return QStringLiteral("Cross");
    }
    return {};
}

QString kindExplained(AttentionKind kind) {
    switch (kind) {
    case AttentionKind::EncoderSelf: return QStringLiteral("Encoder self attention: each token of the text looks at all others. (1)");
    case AttentionKind::DecoderSelf:
        return QStringLiteral("Decoder self attention: each token looks at itself and those before it. (2)");
    case AttentionKind::Cross:
        return QStringLiteral("Cross attention: each decoder token looks at the tokens the encoder has read. (3)");
    }
    return {};
}

} // namespace

QString missingReason(const ModelSpec& spec, AttentionKind kind) {
    if (kind == AttentionKind::EncoderSelf && !spec.hasEncoder())
        return QStringLiteral("This model has no encoder: it is a decoder only, as GPT-2 is.");
    if (kind == AttentionKind::DecoderSelf && !spec.hasDecoder())
        return QStringLiteral("This model has no decoder: it is an encoder only, as BERT is.");
    if (kind == AttentionKind::Cross && !(spec.hasEncoder() && spec.hasDecoder()))
        return QStringLiteral("Cross attention needs an encoder and a decoder; this model has only one of them.");
    return {};
}

HeadPanel::HeadPanel(Document* document, Selection* selection, QWidget* parent)
    : QFrame(parent)
    , document_(document)
    , selection_(selection)
    , overview_(new HeadOverview(this)) {
    setProperty("role", "left");
    build();
    connect(document_, &Document::snapshotChanged, this, &HeadPanel::followSnapshot);
    connect(selection_, &Selection::headChanged, this, &HeadPanel::followHead);
    connect(overview_, &HeadOverview::shownChanged, this, &HeadPanel::followShown);
    connect(overview_, &HeadOverview::orderChanged, this, &HeadPanel::followShown);
    connect(overview_, &HeadOverview::tableChanged, this, &HeadPanel::followShown); // only then is an empty filter sure
    followSnapshot();
}

void HeadPanel::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 12, 12, 12);
    layout->setSpacing(8);
    QStringList kinds;
    for (const AttentionKind kind : kKinds)
        kinds << kindLabel(kind);
    kinds_ = new Segments(kinds);
    connect(kinds_, &Segments::chosen, this, [this](int i) { chooseKind(kKinds[static_cast<std::size_t>(i)]); });
    layout->addWidget(kinds_);
    order_bar_ = new HeadOrderBar(overview_, false);
    order_bar_->setEmptyText(tr("Heads: a small picture of each appears here"));
    grid_ = new HeadGridView(selection_);
    grid_->setOverview(overview_);
    none_label_ = new QLabel(tr("No head passes the filter on this text."));
    none_label_->setProperty("role", "caption");
    none_label_->setWordWrap(true);
    measures_ = new HeadMeasuresView(document_, selection_);
    layout->addWidget(order_bar_);
    layout->addWidget(grid_, 1000); // all it can use; what is left goes below
    layout->addWidget(none_label_);
    layout->addSpacing(8);
    layout->addWidget(measures_);
    layout->addStretch(1);
}

QPushButton* HeadPanel::groupButton(AttentionKind kind) const {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (kKinds[i] == kind)
            return kinds_->button(static_cast<int>(i));
    }
    return nullptr;
}

void HeadPanel::followSnapshot() {
    const SnapshotPtr& snapshot = document_->snapshot();
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        const QString reason = snapshot ? missingReason(snapshot->model().spec(), kKinds[i]) : tr("Nothing has run yet.");
        QPushButton* const button = kinds_->button(static_cast<int>(i));
        button->setEnabled(reason.isEmpty());
        button->setToolTip(reason.isEmpty() ? kindExplained(kKinds[i]) : reason);
    }
    followHead();
}

void HeadPanel::followHead() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const HeadAddress& head = selection_->head();
    if (QPushButton* const button = groupButton(head.kind); button && button->isEnabled())
        button->setChecked(true);
    const bool there = snapshot && snapshot->trace().has(head.kind);
    overview_->setRun(there ? OverviewRun{snapshot->run.trace, head.kind, measureInputOf(snapshot->run.input, head.kind)} : OverviewRun{});
    grid_->setHeadMap(there ? snapshot->headMap(head) : HeadMap{});
    followShown();
}

void HeadPanel::followShown() {
    const bool any = overview_->table().size() > 0;
    const bool none = any && overview_->shown().empty() && overview_->table().complete();
    grid_->setVisible(any && !none);
    none_label_->setVisible(none);
    fitGrid();
}

void HeadPanel::chooseKind(AttentionKind kind) {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot || !snapshot->trace().has(kind))
        return;
    HeadAddress head = selection_->head();
    head.kind = kind;
    head.layer = LayerIndex(std::min(head.layer.value, snapshot->trace().nLayers(kind) - 1));
    head.head = HeadIndex(std::min(head.head.value, snapshot->trace().nHeads(kind) - 1));
    selection_->setHead(head);
}

void HeadPanel::moveHead(int by) {
    const SnapshotPtr& snapshot = document_->snapshot();
    HeadAddress head = selection_->head();
    if (!snapshot || !snapshot->trace().has(head.kind))
        return;
    const std::vector<HeadAddress>& heads = overview_->shown();
    if (heads.empty())
        return;
    // From a head that is filtered out to the first or the last one shown.
    const auto now = std::ranges::find(heads, head);
    const auto n_shown = static_cast<std::ptrdiff_t>(heads.size());
    const std::ptrdiff_t at = now != heads.end() ? now - heads.begin() : by > 0 ? -1 : n_shown;
    head = heads[static_cast<std::size_t>(((at + by) % n_shown + n_shown) % n_shown)];
    selection_->setHead(head);
}

void HeadPanel::setSettings(const HeatmapSettings& settings) { grid_->setSettings(settings); }

/// A small grid takes what it needs, a large one scrolls inside what is left.
void HeadPanel::fitGrid() { grid_->setMaximumHeight(std::max(40, grid_->sizeHint().height())); }

void HeadPanel::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    fitGrid();
    // The pictures come first: in a low window the measures would be cut through.
    measures_->setVisible(height() >= measures_->sizeHint().height() + 8 * fontMetrics().height() + grid_->minimumSizeHint().height());
}

} // namespace headlight::ui
