#include "ui/window/side_by_side_pane.h"

#include "ui/export/composed_figure.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/table/view_tables.h"
#include "ui/window/map_columns.h"
#include "ui/window/view_pane.h"

#include <QGridLayout>
#include <QLabel>

#include <algorithm>
#include <array>
#include <span>

namespace headlight::ui {
namespace {

/// From this width on all three stand in one row, and in any pane that is twice as wide as high.
constexpr int kOneRow = 860;
constexpr int kSpacing = 8;

} // namespace

SideBySidePane::SideBySidePane(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , grid_(new QGridLayout(this)) {
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setSpacing(kSpacing);
    for (const AttentionKind kind : {AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross}) {
        Part& part = parts_[static_cast<std::size_t>(kind)];
        part = {kind, new Selection(this), nullptr};
        part.view = new HeatmapView(part.selection);
        connect(part.selection, &Selection::tokensChanged, this, [this, &part] { partChanged(part); });
    }
    note_ = new QLabel(tr("One layer and head number in all three: the encoder reads the source, the decoder what it has written, "
                          "and cross attention joins them. Hatched is what a decoder may not see. Click a map to make it the window's own."));
    note_->setWordWrap(true);
    note_->setProperty("role", "caption");
    note_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    arrange();
    followKind();
    connect(document_, &Document::snapshotChanged, this, &SideBySidePane::follow);
    connect(document_, &Document::modelChanged, this, &SideBySidePane::follow);
    connect(selection_, &Selection::headChanged, this, &SideBySidePane::follow);
    connect(selection_, &Selection::headChanged, this, &SideBySidePane::followKind);
    connect(selection_, &Selection::tokensChanged, this, &SideBySidePane::followTokens);
}

void SideBySidePane::setSettings(const HeatmapSettings& settings) {
    settings_ = settings;
    for (const Part& part : parts_)
        part.view->setSettings(settings);
}

void SideBySidePane::fit() {
    for (const Part& part : parts_)
        part.view->fit();
}

std::vector<FigureSubject> SideBySidePane::figures() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot)
        return {};
    ComposedRequest all;
    all.settings = settings_;
    std::vector<FigureSubject> subjects(1);
    for (const Part& part : parts_) {
        if (!snapshot->trace().has(part.kind))
            continue;
        ExportRequest one;
        one.map = snapshot->headMap(headOf(part.kind));
        one.settings = settings_;
        all.maps.push_back(one.map);
        subjects.push_back(headSubject(one));
        subjects.back().name = headTitle(one.map.head);
    }
    const QString model = snapshot->headMap(selection_->head()).model_name.section(QLatin1Char('/'), -1);
    subjects.front() = composedSubject(all, tr("All three side by side"), model + QStringLiteral("-side-by-side"));
    return subjects;
}

PictureTables SideBySidePane::tables() const {
    PictureTables tables;
    const SnapshotPtr& snapshot = document_->snapshot();
    for (const Part& part : parts_) {
        if (!snapshot || !snapshot->trace().has(part.kind))
            continue;
        const HeadMap map = snapshot->headMap(headOf(part.kind));
        if (part.kind == selection_->head().kind)
            tables.first = tables.all.size();
        addTable(tables, headTitle(map.head), tableOfMap(map, [this, snapshot, head = map.head](std::size_t query, std::size_t key) {
                     if (document_->snapshot() != snapshot)
                         return;
                     selection_->setHead(head);
                     selection_->setPinned({query, key});
                 }, part.selection->pinned()));
    }
    return tables;
}

void SideBySidePane::setTheme(const Theme& theme) {
    for (const Part& part : parts_)
        part.view->setTheme(theme);
}

/// The keyboard belongs to the map of the window's own attention.
void SideBySidePane::followKind() {
    setFocusProxy(view(selection_->head().kind));
}

void SideBySidePane::arrange() {
    const bool one_row = width() >= kOneRow || width() > 2 * height();
    for (QWidget* const widget : {static_cast<QWidget*>(view(AttentionKind::EncoderSelf)), static_cast<QWidget*>(view(AttentionKind::Cross)),
                                  static_cast<QWidget*>(view(AttentionKind::DecoderSelf)), static_cast<QWidget*>(note_)})
        grid_->removeWidget(widget);
    grid_->addWidget(view(AttentionKind::EncoderSelf), 0, 0);
    grid_->addWidget(view(AttentionKind::DecoderSelf), 0, 1);
    if (one_row) {
        grid_->addWidget(view(AttentionKind::Cross), 0, 2);
        grid_->addWidget(note_, 1, 0, 1, 3);
    } else {
        grid_->addWidget(view(AttentionKind::Cross), 1, 0);
        grid_->addWidget(note_, 1, 1);
    }
    // In a row one legend serves all, and the map it stands beside is as wide as the others.
    for (const Part& part : parts_)
        part.view->setAmongOthers(!one_row || part.kind == AttentionKind::Cross);
    grid_->setRowStretch(0, 1);
    grid_->setRowStretch(1, one_row ? 0 : 1);
    const std::array<HeatmapView*, 3> maps = {view(AttentionKind::EncoderSelf), view(AttentionKind::DecoderSelf),
                                              view(AttentionKind::Cross)}; // in the order of the columns
    shareColumns(*grid_, width(), std::span(maps).first(one_row ? 3 : 2));
}

/// Legends are as wide as their type.
void SideBySidePane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        QMetaObject::invokeMethod(this, &SideBySidePane::arrange, Qt::QueuedConnection); // the maps hear of it after this
}

void SideBySidePane::resizeEvent(QResizeEvent*) { arrange(); }

void SideBySidePane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

/// The selected layer and head number, or the nearest there are.
HeadAddress SideBySidePane::headOf(AttentionKind kind) const {
    const Trace& trace = document_->snapshot()->trace();
    HeadAddress head = selection_->head();
    head.kind = kind;
    head.layer = LayerIndex(std::min(head.layer.value, trace.nLayers(kind) - 1));
    head.head = HeadIndex(std::min(head.head.value, trace.nHeads(kind) - 1));
    return head;
}

std::optional<std::pair<HeadAddress, TokenPair>> SideBySidePane::cellOf(AttentionKind kind) const {
    const Part& part = parts_[static_cast<std::size_t>(kind)];
    if (part.view->headMap().empty())
        return std::nullopt;
    return std::pair(headOf(kind), part.selection->current());
}

void SideBySidePane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    const SnapshotPtr& snapshot = document_->snapshot();
    for (const Part& part : parts_) {
        const bool there = snapshot && snapshot->trace().has(part.kind) && snapshot->trace().nLayers(part.kind) > 0;
        part.view->setEmptyText(snapshot ? tr("This model has no such attention.") : emptyViewText(*document_, tr("all three attentions at once")));
        if (there)
            part.selection->setHead(headOf(part.kind));
        part.view->setHeadMap(there ? snapshot->headMap(headOf(part.kind)) : HeadMap{});
    }
    arrange(); // the legend has its width now
    followTokens();
}

void SideBySidePane::followTokens() {
    if (in_step_ || !isVisible())
        return;
    in_step_ = true;
    const AttentionKind kind = selection_->head().kind;
    for (const Part& part : parts_) {
        part.selection->setHovered(pairOf(part.kind, linkedTokens(kind, selection_->hovered())));
        part.selection->setPinned(pairOf(part.kind, linkedTokens(kind, selection_->pinned())));
    }
    in_step_ = false;
}

/// The mouse is over this part or clicked it: the others follow, and with a click the window too.
void SideBySidePane::partChanged(const Part& part) {
    if (in_step_)
        return;
    in_step_ = true;
    const LinkedTokens hovered = linkedTokens(part.kind, part.selection->hovered());
    const LinkedTokens pinned = linkedTokens(part.kind, part.selection->pinned());
    const bool clicked = part.selection->pinned().query.has_value() &&
                         part.selection->pinned() != pairOf(part.kind, linkedTokens(selection_->head().kind, selection_->pinned()));
    if (clicked)
        selection_->setHead(part.selection->head());
    const AttentionKind kind = selection_->head().kind;
    if (clicked || kind == part.kind)
        selection_->setPinned(pairOf(kind, pinned));
    selection_->setHovered(pairOf(kind, hovered));
    for (const Part& other : parts_)
        if (other.kind != part.kind) {
            other.selection->setHovered(pairOf(other.kind, hovered));
            if (clicked)
                other.selection->setPinned(pairOf(other.kind, pinned));
        }
    in_step_ = false;
}

} // namespace headlight::ui
