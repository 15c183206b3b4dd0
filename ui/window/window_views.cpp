#include "ui/window/window_views.h"

#include "ui/changes/change_set.h"
#include "ui/document/text_statistics.h"
#include "ui/heads/head_overview.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/lines/lines_view.h"
#include "ui/map/map_view.h"
#include "ui/session/workbench.h"
#include "ui/table/view_tables.h"
#include "ui/window/change_pane.h"
#include "ui/window/compare_pane.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/lines_pane.h"
#include "ui/window/map_pane.h"
#include "ui/window/overview_pane.h"
#include "ui/window/positions_pane.h"
#include "ui/window/predictions_pane.h"
#include "ui/window/side_by_side_pane.h"
#include "ui/window/softmax_pane.h"
#include "ui/window/status_line.h"
#include "ui/window/steps_pane.h"
#include "ui/window/timeline_pane.h"
#include "ui/window/view_pane.h"

namespace headlight::ui {
namespace {

constexpr int kLeastForThree = 900;     // maps in a row, with the words of a sentence
constexpr int kLeastForTwoStacks = 900; // encoder and decoder drawn beside each other

/// The steps that a block of the map does, wherever the model has its norms; none: it is not one of a layer's
/// steps.
std::vector<StepKind> stepKindsOf(const MapBlock& block) {
    const bool feed_forward = block.part == ModelPart::FeedForwardNorm;
    switch (block.kind) {
    case MapBlockKind::Embedding:
        return {StepKind::Embed};
    case MapBlockKind::FeedForward:
        return {StepKind::FeedForwardInner};
    case MapBlockKind::Norm:
        if (!feed_forward && block.part != ModelPart::SelfAttentionNorm &&
            block.part != ModelPart::CrossAttentionNorm)
            return {};
        return feed_forward ? std::vector{StepKind::FeedForwardNorm, StepKind::FeedForwardPostNorm}
                            : std::vector{StepKind::AttentionNorm, StepKind::AttentionPostNorm};
    case MapBlockKind::Add:
        return {feed_forward ? StepKind::FeedForwardAdd : StepKind::AttentionAdd};
    default:
        return {};
    }
}

} // namespace

WindowViews::WindowViews(ViewPane* pane, const ViewSources& sources, const BackendOptions& backend,
                         QObject* parent)
    : QObject(parent)
    , pane_(pane)
    , sources_(sources) {
    buildAttention(backend);
    buildWords();
    buildLaboratory();
    connectSettings();
}

void WindowViews::buildAttention(const BackendOptions& backend) {
    const auto choose = [this](std::size_t query, std::size_t key) {
        sources_.selection->setPinned({query, key});
    };
    heatmap = new HeatmapPane(sources_.document, sources_.selection);
    pane_->addPage(
        {ViewGroup::Attention, heatmap, heatmap->tools(), tr("Heatmap"),
         tr("Rows look (queries), columns are looked at (keys); a cell's colour is the attention weight."),
         tr("hover a cell: both words and the exact weight · scroll: zoom · drag: pan · [ ]: next head · "
            "Ctrl+E: export · F1: all keys"),
         [this] { return heatmap->figures(); },
         [this, choose] { return onlyTable(tableOfMap(heatmap->view()->headMap(), choose, sources_.selection->pinned())); },
         [this] { heatmap->view()->fit(); }});
    lines = new LinesPane(sources_.document, sources_.selection);
    pane_->addPage(
        {ViewGroup::Attention, lines, lines->tools(), tr("Lines"),
         tr("Words that look on the left, words looked at on the right; a line's strength is the attention "
            "weight."),
         tr("hover a word: its lines alone · click: keep it · scroll · Ctrl+scroll: zoom · F: all tokens · "
            "Ctrl+click a head: several at once · F1: all keys"),
         [this] { return lines->figures(); },
         [this, choose] {
             const SnapshotPtr& snapshot = sources_.document->snapshot();
             const bool there = snapshot && snapshot->trace().check(sources_.selection->head()).ok();
             return onlyTable(tableOfLines(there ? snapshot->headMap(sources_.selection->head()) : HeadMap{},
                                           lines->view()->lines(), choose, sources_.selection->pinned()));
         },
         [this] { lines->view()->toggleFit(); }});
    side_by_side = new SideBySidePane(sources_.document, sources_.selection);
    pane_->addPage(
        {ViewGroup::Attention, side_by_side, nullptr, tr("Side by side"),
         tr("Encoder, decoder and cross attention at once, for models that translate."),
         tr("hover a cell: its tokens in all three · click: keep them · [ ]: next head · F1: all keys"),
         [this] { return side_by_side->figures(); }, [this] { return side_by_side->tables(); },
         [this] { side_by_side->fit(); }, kLeastForThree});
    compare = new ComparePane(sources_.document, sources_.selection, backend);
    pane_->addPage(
        {ViewGroup::Attention, compare, nullptr, tr("Compare"),
         tr("Two sentences on one model, or one sentence on two models: both maps and what they differ in."),
         tr("write another sentence or choose another model for B · hover a cell: both weights and their "
            "difference · F1: all keys"),
         [this] { return compare->figures(); }, [this] { return compare->tables(); },
         [this] { compare->fit(); }, kLeastForThree});
    heads = new OverviewPane(sources_.document, sources_.selection, sources_.overview);
    pane_->addPage({ViewGroup::Attention, heads, heads->tools(), tr("Heads"),
                    tr("The whole model at once: every head as a small picture or as a row of numbers, "
                       "sorted and filtered."),
                    tr("hover: a larger picture · click: choose · double click: its heatmap · Ctrl+click, "
                       "Shift+click: several · "
                       "Ctrl+scroll: size · F: all in sight · F1: all keys"),
                    [this] { return heads->figures(); }, [this] { return heads->tables(); },
                    [this] { heads->fit(); }});
    connect(heads, &OverviewPane::headActivated, this, [this](const HeadAddress& head) {
        sources_.selection->setHead(head);
        pane_->showView(heatmap);
    });
}

void WindowViews::buildWords() {
    timeline = new TimelinePane(sources_.document, sources_.selection, sources_.statistics);
    pane_->addPage(
        {ViewGroup::Words, timeline, timeline->tools(), tr("Timeline"),
         tr("The words as they were made, step by step, with what else could have come at each step."),
         tr("← →: step · Space: play · click a candidate: take it and go on from there · Ctrl+Return: "
            "continue · F1: all keys"),
         [this] { return timeline->figures(); }, [this] { return timeline->tables(); }});
    predictions = new PredictionsPane(sources_.document, sources_.selection, sources_.statistics);
    pane_->addPage({ViewGroup::Words, predictions, nullptr, tr("Predictions"),
                    tr("Everything the model could write at the selected position: the whole vocabulary by "
                       "probability."),
                    tr("double click: take a word · type to find one · click a cell of the strip: its "
                       "position · F1: all keys"),
                    [this] { return predictions->figures(); }, [this] { return predictions->tables(); }});
}

void WindowViews::buildLaboratory() {
    changes = new ChangeSet(sources_.document, this);
    steps = new StepsPane(sources_.document, changes, sources_.selection);
    pane_->addPage({ViewGroup::Laboratory, steps, nullptr, tr("Step by step"),
                    tr("The arithmetic of this head's layer, one step after the other, with every matrix."),
                    tr("Left, Right: step · Space: play · hover a cell: its number · click: where it comes "
                       "from · [ ]: next head · F1: all keys"),
                    [this] { return steps->figures(); }, [this] { return steps->tables(); }});
    change = new ChangePane(changes, sources_.selection);
    pane_->addPage({ViewGroup::Laboratory, change, nullptr, tr("Change"),
                    tr("Edit a score, a mask, a weight, a scale, a temperature, a head, a word: everything "
                       "after it follows."),
                    tr("click a cell, then Return: its score · H: hide its key · Delete: take back · right "
                       "click: all · scroll: zoom · "
                       "Ctrl+Z: undo · F1: all keys"),
                    [this] { return change->figures(); }, [this] { return change->tables(); },
                    [this] { change->fit(); }});
    positions = new PositionsPane(sources_.document, sources_.selection);
    pane_->addPage(
        {ViewGroup::Laboratory, positions, positions->tools(), tr("Positions"),
         tr("How models know the order of tokens: this one, all others, and what is lost without."),
         tr("hover: exact numbers · ↑ ↓ picture, ← → along it · click a head or cell to select it · Ctrl+E: "
            "export · F1: all keys"),
         [this] { return positions->figures(); }, [this] { return positions->tables(); }});
    softmax = new SoftmaxPane(sources_.document, sources_.selection);
    pane_->addPage({ViewGroup::Laboratory, softmax, softmax->tools(), tr("Softmax"),
                    tr("How scores become shares of 1, for the next word or an attention row, and what "
                       "temperature and cuts make of them."),
                    tr("drag a slider: everything follows · draw: what generating would write · hover: exact "
                       "numbers · Ctrl+E: export · F1: all keys"),
                    [this] { return softmax->figures(); }, [this] { return softmax->tables(); }});
    map = new MapPane(sources_.document, sources_.selection);
    pane_->addPage({ViewGroup::Laboratory, map, map->tools(), tr("Map"),
                    tr("What the model is built of: its layers and parts with shapes and parameters, and the "
                       "residual stream through them."),
                    tr("hover a box: what it does · click: its view · scroll: zoom · drag: move · double "
                       "click: all · click “×”: every layer · F1: all keys"),
                    [this] { return map->figures(); }, [this] { return map->tables(); },
                    [this] { map->view()->fit(); }});
    connect(map, &MapPane::viewWanted, this, &WindowViews::openViewOf);
}

void WindowViews::openViewOf(const MapBlock& block) {
    const std::vector<StepKind> wanted = stepKindsOf(block);
    if (!wanted.empty()) {
        steps->showFirstOf(wanted);
        pane_->showView(steps);
    } else if (block.kind == MapBlockKind::Attention)
        pane_->showView(heatmap);
    else if (block.kind == MapBlockKind::Head)
        pane_->showView(softmax);
    else if (block.kind == MapBlockKind::Positions)
        pane_->showView(positions);
    else if (block.kind == MapBlockKind::Tokens)
        emit textWanted();
}

/// The heatmap's colours and scale are those of every small map too.
void WindowViews::connectSettings() {
    connect(heatmap, &HeatmapPane::settingsChanged, heads, &OverviewPane::setPictureSettings);
    connect(heatmap, &HeatmapPane::settingsChanged, side_by_side, &SideBySidePane::setSettings);
    connect(heatmap, &HeatmapPane::settingsChanged, compare, &ComparePane::setSettings);
    connect(heatmap, &HeatmapPane::settingsChanged, timeline, &TimelinePane::setSettings);
    connect(heatmap, &HeatmapPane::settingsChanged, change, &ChangePane::setSettings);
    change->setSettings(heatmap->settings());
}

void WindowViews::join(Workbench* workbench) const {
    workbench->addPart(pane_);
    workbench->addPart(heatmap);
    workbench->addPart(lines);
    workbench->addPart(compare);
    workbench->addPart(timeline);
    workbench->addPart(predictions);
    workbench->addPart(steps);
    workbench->addPart(changes);
    connect(changes, &ChangeSet::stateFollowed, workbench,
            [workbench] { emit workbench->changed(false, false); });
    workbench->addPart(heads);
    workbench->addPart(positions);
    workbench->addPart(softmax);
    workbench->addPart(map);
}

void WindowViews::watchWith(StatusLine* status_line) const {
    status_line->watch(sources_.statistics->runner(), tr("ranking every word"));
    status_line->watch(sources_.overview->runner(), tr("measuring heads"));
    status_line->watch(compare->other()->loadRunner(), tr("B: loading the model"));
    status_line->watch(compare->other()->textRunner(), tr("B: running"));
    status_line->watch(compare->runner(), tr("comparing"));
    status_line->watch(changes->runner(), tr("running with the changes"));
    status_line->watch(change->writingRunner(), tr("translating anew"));
    connect(status_line, &StatusLine::stopRequested, compare, &ComparePane::stop);
    connect(status_line, &StatusLine::stopRequested, changes, &ChangeSet::stop);
    connect(status_line, &StatusLine::stopRequested, change->writingRunner(), &JobRunner::cancel);
    connect(status_line, &StatusLine::stopRequested, sources_.overview, &HeadOverview::stop);
    connect(status_line, &StatusLine::stopRequested, sources_.statistics, &StatisticsSource::stop);
}

void WindowViews::setTheme(const Theme& theme) const {
    heatmap->view()->setTheme(theme);
    lines->view()->setTheme(theme);
    side_by_side->setTheme(theme);
    compare->setTheme(theme);
    heads->setTheme(theme);
    timeline->setTheme(theme);
    steps->setTheme(theme);
    change->setTheme(theme);
}

void WindowViews::follow(const Model& model) const {
    const ModelSpec& spec = model.spec();
    pane_->offerPage(side_by_side, spec.kind == ModelKind::EncoderDecoder);
    pane_->offerPage(predictions, spec.head != HeadKind::None);
    pane_->setLeastWidth(map, spec.kind == ModelKind::EncoderDecoder ? kLeastForTwoStacks : 0);
    pane_->offerPage(timeline, spec.hasDecoder() && spec.head == HeadKind::LanguageModel);
}

} // namespace headlight::ui
