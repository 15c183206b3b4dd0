#include "ui/changes/change_list.h"

#include "ui/changes/change_row.h"
#include "ui/changes/change_words.h"
#include "ui/inspector/card.h"
#include "ui/plots/flow_layout.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr std::size_t kCellOffers = 3;

/// The words of the pair: who looks, and who is looked at.
std::vector<std::pair<StackKind, std::optional<std::size_t>>> wordsOfPair(const HeadAddress& head,
                                                                          const TokenPair& pair) {
    const StackKind queries =
        head.kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder;
    const StackKind keys = head.kind == AttentionKind::DecoderSelf ? StackKind::Decoder : StackKind::Encoder;
    if (queries == keys && (pair.query == pair.key || !pair.key))
        return {{queries, pair.query}};
    return {{queries, pair.query}, {keys, pair.key}};
}

} // namespace

ChangeList::ChangeList(ChangeSet* set, Selection* selection, QWidget* parent)
    : QScrollArea(parent)
    , set_(set)
    , selection_(selection) {
    build();
    connect(set_, &ChangeSet::itemsChanged, this, &ChangeList::followItems);
    connect(set_, &ChangeSet::wanted, this, &ChangeList::focusChange);
    connect(selection_, &Selection::headChanged, this, &ChangeList::followSelection);
    connect(selection_, &Selection::tokensChanged, this, &ChangeList::followSelection);
    connect(set_->document(), &Document::snapshotChanged, this, &ChangeList::followSelection);
    connect(set_->document(), &Document::modelChanged, this, &ChangeList::followSelection);
    followItems();
}

void ChangeList::build() {
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 12, 0);
    layout->setSpacing(8);
    place_ = makeSectionLabel(
        tr("What the buttons below change: the selected head and, where one is selected, its cell"));
    buttons_ = new QWidget;
    auto* flow = new FlowLayout(buttons_);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(4);
    addButtons();
    title_ = makeSectionLabel(
        tr("Applied in this order inside the model; the run above and all other pages stay as they are"));
    clear_ = new QPushButton(tr("Take all back"));
    clear_->setToolTip(tr("Ends all changes; Ctrl+Z brings them again"));
    clear_->setAutoDefault(false);
    connect(clear_, &QPushButton::clicked, set_, &ChangeSet::clear);
    empty_ =
        new QLabel(tr("Nothing is changed. Click a cell of a map, then change its score, its weight or its "
                      "mask, or something "
                      "about its head; everything after it follows at once, down to the predicted word."));
    empty_->setWordWrap(true);
    empty_->setProperty("role", "caption");
    auto* head = new QHBoxLayout;
    head->addWidget(title_, 1);
    head->addWidget(clear_);
    list_ = new QVBoxLayout;
    list_->setSpacing(6);
    layout->addWidget(place_);
    layout->addWidget(buttons_);
    layout->addLayout(head);
    layout->addWidget(empty_);
    layout->addLayout(list_);
    layout->addStretch(1);
    setWidget(content);
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, [this] {
        for (ChangeRow* row : rows_)
            if (row->isAncestorOf(QApplication::focusWidget()))
                ensureWidgetVisible(row);
    });
}

void ChangeList::addButtons() {
    for (std::size_t i = 0; i < kCellOffers; ++i) {
        auto* button = new QToolButton;
        connect(button, &QToolButton::clicked, this, [this, i] { takeOffer(*set_, cell_offers_[i]); });
        buttons_->layout()->addWidget(button);
        cell_buttons_.push_back(button);
    }
    Document* const document = set_->document();
    addMenuButton(tr("This head ▾"),
                  tr("Its output, its scale, its softmax's temperature; or those of the whole layer"),
                  [this, document] { return headOffers(document->snapshot(), selection_->head()); });
    addMenuButton(tr("Words ▾"), tr("Two words swapped, a word at another position, no positions at all"),
                  [this, document] {
                      std::vector<ChangeOffer> offers;
                      for (const auto& [stack, token] : wordsOfPair(selection_->head(), selection_->pinned()))
                          for (ChangeOffer& offer : wordOffers(document->snapshot(), stack, token)) {
                              if (document->snapshot() && token)
                                  offer.menu = QStringLiteral("%1: %2").arg(
                                      tokenName(document->snapshot()->queries(
                                                    stack == StackKind::Encoder ? AttentionKind::EncoderSelf
                                                                                : AttentionKind::DecoderSelf),
                                                *token),
                                      offer.menu);
                              offers.push_back(std::move(offer));
                          }
                      offers.push_back(positionsOffer(document->snapshot()));
                      return offers;
                  });
}

void ChangeList::followSelection() {
    const SnapshotPtr& snapshot = set_->document()->snapshot();
    const HeadAddress& head = selection_->head();
    const TokenPair& pair = selection_->pinned();
    if (snapshot == shown_ && head == shown_head_ && pair == shown_pair_ && !cell_offers_.empty())
        return; // hovering changes nothing here
    shown_ = snapshot;
    shown_head_ = head;
    shown_pair_ = pair;
    const Theme& theme = themeOf(QApplication::palette()); // a scroll area's own has no ground
    QString place = headsName(head.kind, head.layer, head.head).toHtmlEscaped();
    if (snapshot && pair.query && pair.key)
        place += QStringLiteral("<br/>%1 → %2")
                     .arg(coloured(tokenName(snapshot->queries(head.kind), *pair.query), theme.query),
                          coloured(tokenName(snapshot->keys(head.kind), *pair.key), theme.key));
    place_->setText(place);
    showCellOffers(cellOffers(snapshot, head, pair));
}

/// A button with a menu of what its offers are when it opens.
void ChangeList::addMenuButton(const QString& name, const QString& tool_tip,
                               std::function<std::vector<ChangeOffer>()> offers) {
    auto* button = new QToolButton;
    button->setText(name);
    button->setToolTip(tool_tip);
    button->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(button);
    connect(menu, &QMenu::aboutToShow, this, [this, menu, offers = std::move(offers)] {
        menu->clear();
        addOffers(menu, set_, offers());
    });
    button->setMenu(menu);
    buttons_->layout()->addWidget(button);
}

void ChangeList::showCellOffers(std::vector<ChangeOffer> offers) {
    cell_offers_ = std::move(offers);
    for (std::size_t i = 0; i < cell_buttons_.size(); ++i) {
        QToolButton* const button = cell_buttons_[i];
        button->setText(cell_offers_[i].name);
        button->setToolTip(cell_offers_[i].tool_tip);
        button->setAccessibleName(cell_offers_[i].menu);
        button->setEnabled(cell_offers_[i].change.has_value());
    }
}

QToolButton* ChangeList::button(const QString& name) const {
    for (QToolButton* const found : buttons_->findChildren<QToolButton*>())
        if (found->text() == name)
            return found;
    return nullptr;
}

/// Rows stay where their kind does: the one being dragged must not go.
void ChangeList::followItems() {
    const auto& items = set_->items();
    const SnapshotPtr& snapshot = set_->document()->snapshot();
    std::size_t same = 0;
    while (same < rows_.size() && same < items.size() && rows_[same]->suits(items[same]))
        ++same;
    while (rows_.size() > same) {
        rows_.back()->hide();
        rows_.back()->deleteLater(); // it may be telling us so just now
        rows_.pop_back();
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i < same)
            rows_[i]->show(items[i], snapshot);
        else
            rows_.push_back(makeRow(i));
    }
    const auto n = static_cast<int>(items.size());
    title_->setText(n == 0 ? tr("Changes") : n == 1 ? tr("1 change") : tr("%1 changes").arg(n));
    clear_->setVisible(n > 0);
    empty_->setVisible(n == 0);
    followSelection();
}

ChangeRow* ChangeList::makeRow(std::size_t index) {
    auto* row = new ChangeRow(set_->items()[index], set_->document()->snapshot());
    connect(row, &ChangeRow::edited, this, [this, row](const Change& change) {
        const auto at = std::ranges::find(rows_, row);
        if (at != rows_.end())
            set_->edit(static_cast<std::size_t>(at - rows_.begin()), change);
    });
    connect(row, &ChangeRow::removed, this, [this, row] {
        const auto at = std::ranges::find(rows_, row);
        if (at != rows_.end())
            set_->remove(static_cast<std::size_t>(at - rows_.begin()));
    });
    list_->addWidget(row);
    return row;
}

void ChangeList::changeEvent(QEvent* event) {
    QScrollArea::changeEvent(event);
    if (place_ == nullptr || event->type() != QEvent::PaletteChange)
        return;
    cell_offers_.clear(); // words have other colours
    followSelection();
}

void ChangeList::focusChange(std::size_t index) {
    if (index >= rows_.size())
        return;
    rows_[index]->focusValue();
    ensureWidgetVisible(rows_[index]); // and once the list has grown by it
}

} // namespace headlight::ui
