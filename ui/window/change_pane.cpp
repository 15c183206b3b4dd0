#include "ui/window/change_pane.h"

#include "ui/changes/change_list.h"
#include "ui/changes/change_words.h"
#include "ui/document/predictions.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/plots/panel_figure.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/panel_tables.h"
#include "ui/session/selection_keeper.h"
#include "ui/table/view_tables.h"
#include "ui/theme/figures.h"
#include "ui/window/change_maps.h"
#include "ui/window/view_pane.h"

#include <QLabel>
#include <QScrollBar>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kListBeside = 1000; ///< from this width on the list stands at the left of all
constexpr int kListWidth = 300;
constexpr int kGap = 8;

} // namespace

ChangePane::ChangePane(ChangeSet* set, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , set_(set)
    , selection_(selection) {
    build();
    connectParts();
    arrange();
    follow();
}

void ChangePane::build() {
    maps_ = new ChangeMaps(selection_);
    maps_->note()->setToolTip(
        tr("The words above are read once more with the changes. Step by step shows them "
           "too; all other pages go on showing the run as it is."));
    list_ = new ChangeList(set_, selection_);
    sheet_ = new PanelSheet;
    sheet_->canvas()->setAccessibleName(tr("What comes of the changes"));
    for (QWidget* const part :
         {static_cast<QWidget*>(list_), static_cast<QWidget*>(maps_), static_cast<QWidget*>(sheet_)})
        part->setParent(this);
    setFocusProxy(maps_->after());
}

void ChangePane::connectParts() {
    Document* const document = set_->document();
    connect(set_, &ChangeSet::itemsChanged, this, &ChangePane::showNote);
    connect(set_, &ChangeSet::itemsChanged, this, &ChangePane::arrange,
            Qt::QueuedConnection); // once the list has followed
    connect(set_, &ChangeSet::runChanged, this, &ChangePane::follow);
    connect(set_->runner(), &JobRunner::runningChanged, this, &ChangePane::showNote);
    connect(document, &Document::snapshotChanged, this, &ChangePane::follow);
    connect(document, &Document::modelChanged, this, &ChangePane::follow);
    connect(document->loadRunner(), &JobRunner::runningChanged, this, &ChangePane::followMaps);
    connect(document->textRunner(), &JobRunner::runningChanged, this, &ChangePane::followMaps);
    connect(document, &Document::problemChanged, this, &ChangePane::followMaps);
    connect(selection_, &Selection::headChanged, this, &ChangePane::follow);
    connect(selection_, &Selection::tokensChanged, this, [this] {
        if (selection_->pinned() != pinned_) // hovering changes nothing here
            followReport();
    });
    connect(maps_, &ChangeMaps::contextMenuWanted, this, &ChangePane::menuWanted);
    const auto takeCell = [this](std::size_t index) {
        const auto offers =
            cellOffers(set_->document()->snapshot(), selection_->head(), selection_->pinned());
        takeOffer(*set_, offers[index]);
    };
    connect(maps_, &ChangeMaps::scoreWanted, this, [takeCell] { takeCell(0); });
    connect(maps_, &ChangeMaps::maskWanted, this, [takeCell] { takeCell(2); });
    connect(maps_, &ChangeMaps::takeBackWanted, this, &ChangePane::takeBackCell);
}

/// As wide as its widest change beside a scroll bar, so that none is cut; half of the page at most.
int ChangePane::listWidth() const {
    const int wanted =
        list_->widget()->minimumSizeHint().width() + list_->verticalScrollBar()->sizeHint().width();
    return std::max(kListWidth, std::min(wanted, (width() - kGap) / 2));
}

/// Shares of the page, whatever the parts would like: the maps follow the window, the others scroll.
void ChangePane::arrange() {
    const int list_width = listWidth();
    const int maps_width = width() >= kListBeside ? width() - list_width - kGap : width();
    const int n_maps =
        std::min(height() * (width() >= kListBeside ? 56 : 52) / 100, maps_->heightFor(maps_width));
    const int n_below = height() - n_maps - kGap;
    const int left = list_width + kGap;
    if (width() >= kListBeside) {
        list_->setGeometry(0, 0, list_width, height());
        maps_->setGeometry(left, 0, width() - left, n_maps);
    } else {
        list_->setGeometry(0, n_maps + kGap, list_width, n_below);
        maps_->setGeometry(0, 0, width(), n_maps);
    }
    sheet_->setGeometry(left, n_maps + kGap, width() - left, n_below);
}

void ChangePane::resizeEvent(QResizeEvent*) {
    arrange();
}

void ChangePane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

void ChangePane::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    report_again_ = false;
    report_runner_.cancel();
    writing_runner_.cancel();
}

bool ChangePane::pending() const {
    return set_->pending() || report_runner_.running() || writing_runner_.running() || maps_->pending();
}

void ChangePane::setSettings(const HeatmapSettings& settings) {
    maps_->setSettings(settings);
}
void ChangePane::setTheme(const Theme& theme) {
    maps_->setTheme(theme);
}
void ChangePane::fit() {
    maps_->fit();
}

void ChangePane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    followMaps();
    followReport();
    showNote();
}

void ChangePane::followMaps() {
    if (!isVisible())
        return;
    maps_->setEmptyText(emptyViewText(
        *set_->document(),
        tr("the selected head before and after a change, and what becomes of the predictions")));
    maps_->show(set_->document()->snapshot(), set_->run(), selection_->head());
}

/// The selected row of the output stack; the last one selected while another stack's rows are.
std::size_t ChangePane::outputRow() const {
    const RunSnapshot& snapshot = *set_->run()->before;
    const StackKind output = snapshot.model().spec().outputStack();
    const bool rows =
        (output == StackKind::Encoder) == (selection_->head().kind == AttentionKind::EncoderSelf);
    if (rows && selection_->pinned().query)
        return *selection_->pinned().query;
    if (report_ && report_->run->before == set_->run()->before)
        return row_;
    return firstQuery(snapshot,
                      output == StackKind::Encoder ? AttentionKind::EncoderSelf : AttentionKind::DecoderSelf);
}

void ChangePane::followReport() {
    if (!isVisible())
        return;
    pinned_ = selection_->pinned();
    const ChangedRunPtr& run = set_->run();
    if (!run) {
        report_again_ = false;
        report_runner_.cancel();
        writing_runner_.cancel();
        report_.reset();
        showPanels();
        return;
    }
    row_ = outputRow();
    if (!report_ || report_->run != run || report_->row != row_)
        startReport();
    startWriting();
}

void ChangePane::startReport() {
    if (report_runner_.running()) { // it is shown first: dragging a slider must not leave the panels behind
        report_again_ = true;
        return;
    }
    const ChangedRunPtr run = set_->run();
    const bool known = report_ && &report_->run->before->model() == &run->before->model();
    report_runner_.start<ChangeReport>(
        [run, row = row_, words = known ? report_->words : nullptr](const RunControl& control) {
            return makeReport(run, row, words, control);
        },
        [this](Result<ChangeReport> report) {
            if (report.ok())
                report_ = std::move(report).value();
            else
                report_.reset();
            if (std::exchange(report_again_, false) && set_->run())
                startReport();
            if (!report_ && !report.ok() && !report.error().cancelled())
                sheet_->setEmptyText(QString::fromStdString(report.error().message()));
            showPanels();
        });
}

/// Whether there is a translation of the model's own to write once more.
bool ChangePane::writes() const {
    const ChangedRunPtr& run = set_->run();
    return run && run->before->isTranslation() && run->before->model().spec().head == HeadKind::LanguageModel;
}

void ChangePane::startWriting() {
    const ChangedRunPtr run = set_->run();
    if (!writes() || writing_.after_of == run)
        return;
    const bool known = writing_.before_of == run->before;
    writing_runner_.start<Writing>(
        [run, before = known ? std::optional(writing_.before)
                             : std::nullopt](const RunControl& control) -> Result<Writing> {
            const Model& model = run->before->model();
            const TokenSequence& source = run->before->run.input.source;
            Writing writing{run->before, run, before.value_or(QString()), {}};
            if (!before) {
                HEADLIGHT_ASSIGN(const ChangedWriting plain, writeChanged(model, source, {}, control));
                writing.before = QString::fromStdString(plain.text);
            }
            HEADLIGHT_ASSIGN(const ChangedWriting changed,
                             writeChanged(model, source, run->applied, control));
            writing.after = QString::fromStdString(changed.text);
            return writing;
        },
        [this](Result<Writing> writing) {
            if (writing.ok())
                writing_ = std::move(writing).value();
            else if (!writing.error().cancelled())
                writing_ = {set_->run() ? set_->run()->before : nullptr,
                            set_->run(),
                            {},
                            QString::fromStdString(writing.error().message())};
            showPanels();
        });
}

void ChangePane::showPanels() {
    if (!report_) {
        if (!report_runner_.running())
            sheet_->setEmptyText(
                set_->document()->snapshot()
                    ? tr("Here you will see what becomes of the predictions, before and after, and "
                         "how far every layer moved.\n\nChange something first.")
                    : QString());
        sheet_->setPanels({});
        return;
    }
    std::vector<PlotPanel> panels = changePanels(*report_);
    if (writes()) {
        const bool there = writing_.after_of == report_->run;
        const QString wait = QStringLiteral("…");
        const QString before = writing_.before_of == report_->run->before ? writing_.before : wait;
        panels.push_back(writingPanel(before, there ? writing_.after : wait));
    }
    sheet_->setPanels(std::move(panels));
}

void ChangePane::showNote() {
    if (!isVisible())
        return;
    QStringList parts;
    const auto n_unfit = std::ranges::count_if(
        set_->items(), [](const ChangeSet::Item& item) { return item.problem.has_value(); });
    if (set_->failure())
        parts << tr("The run with the changes failed: %1")
                     .arg(QString::fromStdString(set_->failure()->message()));
    else if (set_->runner()->running())
        parts << tr("Running with the changes…");
    else if (set_->run())
        parts << tr("%1 · read once more with %2 in %3; the words are those written above.")
                     .arg(headsName(selection_->head().kind, selection_->head().layer,
                                    selection_->head().head),
                          set_->run()->applied.size() == 1
                              ? tr("1 change")
                              : tr("%1 changes").arg(set_->run()->applied.size()),
                          durationText(set_->run()->after->milliseconds));
    else
        parts << tr("Change a score, a mask, a weight, a head, a word: what follows from it shows here, "
                    "beside the run as it is.");
    if (n_unfit > 0)
        parts << (n_unfit == 1 ? tr("One change does not fit this text and is left out.")
                               : tr("%1 changes do not fit this text and are left out.").arg(n_unfit));
    maps_->setNote(parts.join(QLatin1Char(' ')));
}

/// What was changed about the selected cell goes.
void ChangePane::takeBackCell() {
    const TokenPair& pair = selection_->pinned();
    for (std::size_t i = set_->items().size(); i-- > 0;)
        if (const auto cell = cellOf(set_->items()[i].change);
            cell && cell->head == selection_->head() && pair == TokenPair{cell->query_token, cell->key_token})
            set_->remove(i);
}

QString ChangePane::changesInWords() const {
    QStringList lines;
    if (const ChangedRunPtr& run = set_->run())
        for (const Change& change : run->applied)
            lines << changeWords(change, run->before.get()).line();
    return lines.join(QStringLiteral("; "));
}

std::vector<FigureSubject> ChangePane::figures() const {
    const ChangedRunPtr& run = set_->run();
    if (!run)
        return {};
    std::vector<FigureSubject> subjects = maps_->figures(changesInWords());
    if (report_ && report_->run == run) {
        const QString name = QString::fromStdString(run->before->model().name());
        const QString about =
            QStringLiteral("%1 %2 · “%3” · %4")
                .arg(name, QString::fromStdString(run->before->model().identityHash()).left(8),
                     run->before->wholeText(), changesInWords());
        for (FigureSubject& subject :
             panelSubjects(sheet_->panels(), tr("What comes of the changes"),
                           name.section(QLatin1Char('/'), -1) + QStringLiteral("-changed"), about))
            subjects.push_back(std::move(subject));
    }
    return subjects;
}

PictureTables ChangePane::tables() const {
    PictureTables tables;
    const auto choose = [this](std::size_t query, std::size_t key) { selection_->setPinned({query, key}); };
    for (const HeatmapView* const view : {maps_->after(), maps_->before(), maps_->difference()})
        if (const HeadMap& map = view->headMap(); !map.empty())
            addTable(tables, mapTitle(map), tableOfMap(map, choose, selection_->pinned()));
    for (PictureTable& table : tablesOfPanels(sheet_->panels()).all)
        tables.all.push_back(std::move(table));
    return tables;
}

} // namespace headlight::ui
