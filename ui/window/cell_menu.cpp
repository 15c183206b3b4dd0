#include "ui/window/cell_menu.h"

#include "ui/changes/change_offers.h"
#include "ui/changes/change_words.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>

namespace headlight::ui {
namespace {

/// Both sides chosen, and of this run.
bool isCell(const RunSnapshot& run, const CellPlace& place) {
    const Trace& trace = run.trace();
    const TokenPair& pair = place.pair;
    return pair.query && pair.key && trace.check(place.head).ok() &&
           *pair.query < trace.nQueries(place.head.kind) && *pair.key < trace.nKeys(place.head.kind);
}

/// As many digits as the number has.
QString exactText(float value) {
    return QString::number(static_cast<double>(value), 'g', 9);
}

/// What the entries below it are about. (Style sheets draw sections without their text.)
void addHeading(QMenu* menu, const QString& text) {
    if (!menu->isEmpty())
        menu->addSeparator();
    menu->addAction(text)->setEnabled(false);
}

} // namespace

CellMenu::CellMenu(ChangeSet* changes, Selection* selection, CellActions actions, QObject* parent)
    : QObject(parent)
    , changes_(changes)
    , selection_(selection)
    , actions_(std::move(actions)) {}

SnapshotPtr CellMenu::runOf(const CellPlace& place) const {
    return place.shown ? place.shown : changes_->document()->snapshot();
}

/// Weight and score of the cell, to paste elsewhere.
void CellMenu::addNumbers(QMenu* menu, const CellPlace& place) const {
    const SnapshotPtr run = runOf(place);
    const bool there = run && isCell(*run, place);
    const auto add = [&](const QString& text, const QString& tool_tip, const QString& number) {
        QAction* const action = menu->addAction(number.isEmpty() ? text : tr("%1: %2").arg(text, number));
        action->setToolTip(tool_tip);
        action->setEnabled(!number.isEmpty());
        connect(action, &QAction::triggered, this,
                [number] { QGuiApplication::clipboard()->setText(number); });
    };
    QString weight, score;
    if (there) {
        const TokenRange row{*place.pair.query, *place.pair.query + 1},
            column{*place.pair.key, *place.pair.key + 1};
        weight = exactText(run->trace().weights(place.head, row, column).span()[0]);
        const float before = run->trace().scores(place.head, row, column).span()[0];
        score = before == kMaskedScore ? QString() : exactText(before);
    }
    add(tr("Copy weight"), tr("The attention weight of this cell, with all its digits."), weight);
    add(tr("Copy score"),
        tr("The score of this cell before the softmax, with all its digits; a masked cell has none."), score);
}

void CellMenu::fill(QMenu* menu, const CellPlace& place) const {
    menu->setToolTipsVisible(true);
    const SnapshotPtr run = runOf(place);
    const bool there = run && run->trace().check(place.head).ok();
    if (there && isCell(*run, place))
        addHeading(menu,
                   QStringLiteral("%1 → %2").arg(tokenName(run->queries(place.head.kind), *place.pair.query),
                                                 tokenName(run->keys(place.head.kind), *place.pair.key)));
    addNumbers(menu, place);
    const auto open = [&](const QString& text, const QString& tool_tip, const std::function<void()>& action) {
        if (!action)
            return;
        QAction* const entry = menu->addAction(text);
        entry->setToolTip(tool_tip);
        entry->setEnabled(there);
        connect(entry, &QAction::triggered, this, action);
    };
    open(tr("Open in Step by step"), tr("How this head comes to its numbers, one step after the other."),
         actions_.open_steps);
    open(tr("Open in Change"), tr("Edit this cell, and see what comes of it beside the run as it is."),
         actions_.open_change);
    open(tr("Export this picture…"), tr("As a picture or as numbers."), actions_.export_view);
    fillChanges(menu, place);
}

void CellMenu::fillChanges(QMenu* menu, const CellPlace& place) const {
    const SnapshotPtr& snapshot = changes_->document()->snapshot(); // changes are of the run as it is
    menu->addSeparator();
    addOffers(menu, changes_, cellOffers(snapshot, place.head, place.pair));
    addHeading(menu, headsName(place.head.kind, place.head.layer, place.head.head));
    addOffers(menu, changes_, headOffers(snapshot, place.head));
    menu->addSeparator();
    QAction* const all = menu->addAction(tr("Take all changes back"));
    all->setEnabled(!changes_->empty());
    connect(all, &QAction::triggered, changes_, &ChangeSet::clear);
}

void CellMenu::open(QWidget* view, const QPoint& global, const CellPlace& place) const {
    if (selection_->head() != place.head)
        selection_->setHead(place.head);
    selection_->setPinned(place.pair);
    auto* menu = new QMenu(view);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fill(menu, place);
    menu->popup(global);
}

void CellMenu::attach(QWidget* view, std::function<std::optional<CellPlace>(const QPoint&)> place_at) {
    view->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(view, &QWidget::customContextMenuRequested, this,
            [this, view, place_at = std::move(place_at)](const QPoint& at) {
                if (const std::optional<CellPlace> place = place_at(at))
                    open(view, view->mapToGlobal(at), *place);
            });
}

} // namespace headlight::ui
