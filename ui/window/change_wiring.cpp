#include "ui/window/change_wiring.h"

#include "ui/changes/change_list.h"
#include "ui/changes/change_offers.h"
#include "ui/changes/change_words.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/lines/lines_view.h"
#include "ui/steps/step_canvas.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/token_row.h"
#include "ui/window/cell_menu.h"
#include "ui/window/change_pane.h"
#include "ui/window/chip_button.h"
#include "ui/window/flat_button.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/lines_pane.h"
#include "ui/window/side_by_side_pane.h"
#include "ui/window/steps_pane.h"
#include "ui/window/top_bar.h"
#include "ui/window/view_pane.h"
#include "ui/window/window_views.h"

#include <QMenu>
#include <QToolButton>

#include <algorithm>

namespace headlight::ui {

ChangeWiring::ChangeWiring(Selection* selection, const ChangeWidgets& widgets, QObject* parent)
    : QObject(parent)
    , selection_(selection)
    , widgets_(widgets)
    , set_(widgets.views->changes)
    , pane_(widgets.views->change) {
    addChip();
    addCellMenus();
    addStepButton();
    addWordMenu(widgets_.text_panel->sourceRow());
    addWordMenu(widgets_.text_panel->targetRow());
    connect(set_, &ChangeSet::itemsChanged, this, &ChangeWiring::followItems);
    connect(set_, &ChangeSet::wanted, this, [this](std::size_t index) {
        openPage();
        pane_->list()->focusChange(index);
    });
    connect(set_, &ChangeSet::runChanged, this, &ChangeWiring::followPage);
    connect(widgets_.pane, &ViewPane::pageChanged, this, &ChangeWiring::followPage);
    connect(widgets_.views->steps, &StepsPane::runShown, this, &ChangeWiring::followPage);
    followItems();
}

/// Beside numbers of the changed run the inspector says that its own are those of the run as it is.
void ChangeWiring::followPage() {
    const QWidget* const view = widgets_.pane->page(widgets_.pane->currentPage()).view;
    const bool changed = (view == pane_ && set_->run()) ||
                         (view == widgets_.views->steps && widgets_.views->steps->showsChanged());
    widgets_.inspector->setNote(
        changed ? tr("The numbers here are those of the run as computed, without your changes.") : QString());
}

void ChangeWiring::openPage() {
    widgets_.pane->showView(pane_);
}

void ChangeWiring::addChip() {
    chip_ = new ChipButton;
    chip_->setObjectName(QStringLiteral("changesChip"));
    chip_menu_ = new QMenu(chip_);
    chip_->setMenu(chip_menu_);
    connect(chip_menu_, &QMenu::aboutToShow, this, &ChangeWiring::fillChipMenu);
    widgets_.top_bar->addNotice(chip_);
}

void ChangeWiring::fillChipMenu() {
    chip_menu_->clear();
    connect(chip_menu_->addAction(tr("Show them")), &QAction::triggered, this, &ChangeWiring::openPage);
    connect(chip_menu_->addAction(tr("Take all back")), &QAction::triggered, set_, &ChangeSet::clear);
    chip_menu_->addSeparator();
    constexpr std::size_t kMostListed = 12; // beyond it the page's list is the better place
    for (std::size_t i = 0; i < std::min(kMostListed, set_->items().size()); ++i) {
        const QString line = changeWords(set_->items()[i].change, snapshot().get()).line();
        connect(chip_menu_->addAction(tr("Take back: %1").arg(line)), &QAction::triggered, set_,
                [this, i] { set_->remove(i); });
    }
}

void ChangeWiring::followItems() {
    const std::size_t n = set_->items().size();
    chip_->setVisible(n > 0);
    const QString name = n == 1 ? tr("1 change") : tr("%1 changes").arg(n);
    chip_->setTexts(name, tr("· take back"));
    chip_->setAccessibleName(tr("%1 inside the model: show or take back").arg(name));
    QStringList lines{
        tr("The pages Change and Step by step show the model with them. All others show the run as it is.")};
    for (const ChangeSet::Item& item : set_->items())
        if (lines.size() <= 12)
            lines << changeWords(item.change, snapshot().get()).line() +
                         (item.problem ? tr(" (does not fit)") : QString());
    chip_->setToolTip(lines.join(QLatin1Char('\n')));
}

/// Maps, lines and matrices of queries and keys: the same menu on every cell.
void ChangeWiring::addCellMenus() {
    const WindowViews& views = *widgets_.views;
    menu_ = new CellMenu(set_, selection_,
                         {[this] { widgets_.pane->showView(widgets_.views->steps); }, [this] { openPage(); },
                          [this] { emit exportWanted(); }},
                         this);
    const auto current = [this](const QPoint&) {
        return std::optional(CellPlace{selection_->head(), selection_->current(), {}});
    };
    menu_->attach(views.heatmap->view(), current);
    menu_->attach(views.lines->view(), [this](const QPoint&) {
        // The mouse is over one word; the other one was chosen before.
        const TokenPair &hovered = selection_->hovered(), &pinned = selection_->pinned();
        return std::optional(
            CellPlace{selection_->head(),
                      {hovered.query ? hovered.query : pinned.query, hovered.key ? hovered.key : pinned.key},
                      {}});
    });
    for (const AttentionKind kind :
         {AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross})
        menu_->attach(views.side_by_side->view(kind),
                      [this, kind](const QPoint&) -> std::optional<CellPlace> {
                          const auto cell = widgets_.views->side_by_side->cellOf(kind);
                          if (!cell)
                              return std::nullopt;
                          return CellPlace{cell->first, cell->second, {}};
                      });
    connect(pane_, &ChangePane::menuWanted, this, [this](const QPoint& global) {
        menu_->open(pane_, global,
                    {selection_->head(), selection_->current(), set_->run() ? set_->run()->after : nullptr});
    });
    menu_->attach(views.steps->view(), [this](const QPoint&) {
        const StepPicture& picture = widgets_.views->steps->view()->picture();
        TokenPair pair = selection_->pinned();
        if (const auto& cell = picture.hovered; cell && !picture.empty()) {
            const StepMatrix& matrix = picture.matrix(cell->matrix);
            if (matrix.rows == StepAxis::Queries && matrix.columns == StepAxis::Keys)
                pair = {cell->row, cell->column};
        }
        return std::optional(CellPlace{selection_->head(), pair, widgets_.views->steps->shownRun()});
    });
}

/// Step by step: a button for the selected cell.
void ChangeWiring::addStepButton() {
    StepsPane* const steps = widgets_.views->steps;
    QToolButton* const button =
        flatButton(tr("Change…"), tr("Change something here"),
                   tr("The score, mask, scale, temperature or output of this head, for the selected cell"));
    auto* menu = new QMenu(button);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        menu_->fillChanges(menu, {selection_->head(), selection_->pinned(), {}});
    });
    button->setMenu(menu);
    button->setPopupMode(QToolButton::InstantPopup);
    steps->addTool(button);
}

void ChangeWiring::addWordMenu(TokenRow* row) {
    row->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(row, &QWidget::customContextMenuRequested, this, [this, row](const QPoint& at) {
        const SnapshotPtr& shown = snapshot();
        const auto token = row->chipAt(at);
        if (!shown || !token || *token >= row->count())
            return;
        const bool source = row == widgets_.text_panel->sourceRow() && shown->model().spec().hasEncoder();
        auto* menu = new QMenu(row);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->addSection(tokenName(row->tokens(), *token));
        addOffers(menu, set_,
                  wordOffers(snapshot(), source ? StackKind::Encoder : StackKind::Decoder, token));
        addOffers(menu, set_, {positionsOffer(snapshot())});
        menu->popup(row->mapToGlobal(at));
    });
}

} // namespace headlight::ui
