#include "ui/window/view_pane.h"

#include "ui/window/segments.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr int kSide = 16;
constexpr int kGap = 8;
constexpr int kBelow = 12;
constexpr int kBeside = 6;

QString className(const QWidget& view) {
    return QString::fromLatin1(view.metaObject()->className()).section(QStringLiteral("::"), -1);
}

} // namespace

ViewPane::ViewPane(QWidget* parent)
    : QFrame(parent) {
    setProperty("role", "canvas");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSide, kGap, kSide, kBelow);
    layout->setSpacing(0);
    groups_ = new Segments({tr("Attention"), tr("Words"), tr("Laboratory")});
    groups_->setAccessibleName(tr("Kinds of views"));
    groups_->button(0)->setToolTip(
        tr("Which token looks at which: one head, several, all of them, or two runs compared"));
    groups_->button(1)->setToolTip(
        tr("What the model writes: the words as they are made, and all it could write instead"));
    groups_->button(2)->setToolTip(
        tr("How it works: the arithmetic step by step, positions, softmax, and what the model is built of"));
    buildTabs();
    tools_ = new QHBoxLayout;
    tools_->setSpacing(kBeside);
    tools_->addWidget(groups_);
    tools_->addStretch(1);
    auto* rule = new QFrame;
    rule->setFixedHeight(1);
    rule->setProperty("role", "rule");
    stack_ = new QStackedWidget;
    layout->addLayout(tools_);
    layout->addLayout(tab_line_);
    layout->addWidget(rule);
    layout->addSpacing(kGap);
    layout->addWidget(stack_, 1);
    connect(tabs_, &QTabBar::currentChanged, this, [this](int tab) { follow(tabs_->tabData(tab).toInt()); });
    // Who comes with the mouse goes on in the view; arrow keys along the tabs stay there. Queued: the page
    // changes first.
    connect(tabs_, &QTabBar::tabBarClicked, this, &ViewPane::focusPage, Qt::QueuedConnection);
    connect(groups_, &Segments::chosen, this, [this](int group) {
        showGroup(group);
        if (!groups_->button(group)->hasFocus())
            focusPage();
    });
    for (int i = 0; i < 3; ++i)
        groups_->button(i)->setFocusPolicy(Qt::TabFocus);
}

void ViewPane::buildTabs() {
    tabs_ = new QTabBar;
    tabs_->setDrawBase(false);
    tabs_->setExpanding(false);
    tabs_->setUsesScrollButtons(true);
    tabs_->setAccessibleName(tr("Views"));
    tabs_->setFocusPolicy(Qt::TabFocus);
    left_button_ = panelButton(tr("Heads"), tr("Show the left panel again: which head (F7)"));
    right_button_ = panelButton(tr("Numbers"), tr("Show the right panel again: the numbers of what is selected (F8)"));
    connect(left_button_, &QPushButton::clicked, this, &ViewPane::leftPanelWanted);
    connect(right_button_, &QPushButton::clicked, this, &ViewPane::rightPanelWanted);
    tab_line_ = new QHBoxLayout;
    tab_line_->addWidget(tabs_, 1);
    tab_line_->addWidget(left_button_);
    tab_line_->addWidget(right_button_);
}

QPushButton* ViewPane::panelButton(const QString& text, const QString& tool_tip) {
    auto* const button = new QPushButton(text);
    button->setProperty("role", "link");
    button->setToolTip(tool_tip);
    button->setFocusPolicy(Qt::TabFocus);
    button->hide();
    return button;
}

void ViewPane::setFolded(bool left, bool right) {
    left_button_->setVisible(left);
    right_button_->setVisible(right);
}

void ViewPane::setLow(bool low) {
    if (low == low_)
        return;
    low_ = low;
    // The page's own settings stay last but for the way back to the panels.
    tools_->removeWidget(tabs_);
    tab_line_->removeWidget(tabs_);
    low ? tools_->insertWidget(1, tabs_, 1) : tab_line_->insertWidget(0, tabs_, 1);
    tools_->setStretch(low ? 2 : 1, low ? 0 : 1); // the space between the groups and the page's settings
    for (QPushButton* const button : {left_button_, right_button_}) {
        tools_->removeWidget(button);
        tab_line_->removeWidget(button);
        (low ? tools_ : tab_line_)->addWidget(button);
    }
    tools_->setSpacing(low ? 2 * kBeside : kBeside);
    layout()->setContentsMargins(kSide, low ? 2 : kGap, kSide, low ? 4 : kBelow);
}

void ViewPane::setLeastWidth(const QWidget* view, int least_width) {
    for (ViewPage& page : pages_)
        if (page.view == view)
            page.least_width = least_width;
    emit leastWidthChanged();
}

void ViewPane::focusPage() {
    if (current_ >= 0)
        page(current_).view->setFocus(Qt::OtherFocusReason);
}

void ViewPane::addPage(const ViewPage& page) {
    pages_.push_back(page);
    offered_.push_back(true);
    stack_->addWidget(page.view);
    if (page.tools != nullptr) {
        page.tools->hide();
        tools_->addWidget(page.tools);
    }
    if (current_ < 0)
        follow(0);
    showTabs(current_);
}

int ViewPane::currentPage() const {
    return current_;
}

bool ViewPane::shows(int index) const {
    return offered_[static_cast<std::size_t>(index)];
}

void ViewPane::showPage(int index) {
    if (index < 0 || index >= pageCount() || !shows(index))
        return;
    showTabs(index);
    if (index != current_)
        follow(index);
}

void ViewPane::showGroup(int group) {
    int wanted = last_pages_[static_cast<std::size_t>(group)];
    for (int i = 0; i < pageCount() && (wanted < 0 || !shows(wanted)); ++i)
        if (static_cast<int>(page(i).group) == group && shows(i))
            wanted = i;
    showPage(wanted);
}

void ViewPane::showTabs(int shown) {
    const QSignalBlocker quiet(tabs_);
    while (tabs_->count() > 0)
        tabs_->removeTab(0);
    std::array<bool, 3> any{};
    for (int i = 0; i < pageCount(); ++i) {
        any[static_cast<std::size_t>(page(i).group)] |= shows(i);
        if (!shows(i) || page(i).group != page(shown).group)
            continue;
        const int tab = tabs_->addTab(page(i).name);
        tabs_->setTabToolTip(tab, page(i).tooltip);
        tabs_->setTabData(tab, i);
        if (i == shown)
            tabs_->setCurrentIndex(tab);
    }
    for (std::size_t i = 0; i < any.size(); ++i)
        groups_->button(static_cast<int>(i))->setEnabled(any[i]);
    groups_->setCurrent(static_cast<int>(page(shown).group));
}

void ViewPane::showView(const QWidget* view) {
    for (int i = 0; i < pageCount(); ++i)
        if (page(i).view == view && shows(i))
            showPage(i);
}

void ViewPane::offerPage(const QWidget* view, bool offered) {
    for (int i = 0; i < pageCount(); ++i) {
        if (page(i).view != view)
            continue;
        const QString wanted = wanted_page_; // hiding or showing a tab may choose another
        offered_[static_cast<std::size_t>(i)] = offered;
        if (!offered && i == currentPage())
            showPage(0);
        showTabs(currentPage());
        wanted_page_ = wanted;
        if (offered && pageName(i) == wanted_page_)
            showPage(i);
    }
}

QString ViewPane::pageName(int index) const {
    const QWidget* const view = page(index).view;
    const auto* part = dynamic_cast<const Stateful*>(view);
    return part != nullptr ? part->stateName() : className(*view);
}

QJsonObject ViewPane::state() const {
    const QString shown = currentPage() >= 0 ? pageName(currentPage()) : QString();
    return {{QStringLiteral("view"), wanted_page_.isEmpty() ? shown : wanted_page_}};
}

void ViewPane::setState(const QJsonObject& state) {
    const QString name = state[QStringLiteral("view")].toString();
    for (int i = 0; i < pageCount(); ++i) {
        if (pageName(i) != name && className(*page(i).view) != name) // earlier sessions had names of classes
            continue;
        if (shows(i))
            showPage(i);
        wanted_page_ = shows(i) ? QString() : name;
    }
}

QString ViewPane::settingName(const QString&) const {
    return tr("view");
}

void ViewPane::showPreviousPage() {
    int previous = currentPage();
    do
        previous = (previous + pageCount() - 1) % pageCount();
    while (!shows(previous));
    showPage(previous);
}

void ViewPane::showNextPage() {
    int next = currentPage();
    do
        next = (next + 1) % pageCount();
    while (!shows(next));
    showPage(next);
}

void ViewPane::follow(int index) {
    if (index < 0 || index >= pageCount())
        return;
    // A view that goes must not leave the keyboard with nobody; anybody else keeps it.
    const QWidget* const focused = QApplication::focusWidget();
    const bool goes_on = focused && current_ >= 0 && current_ != index &&
                         (page(current_).view == focused || page(current_).view->isAncestorOf(focused));
    current_ = index;
    stack_->setCurrentWidget(page(index).view);
    for (int i = 0; i < pageCount(); ++i)
        if (page(i).tools != nullptr)
            page(i).tools->setVisible(i == index);
    last_pages_[static_cast<std::size_t>(page(index).group)] = index;
    wanted_page_.clear();
    if (goes_on)
        focusPage();
    emit pageChanged(index);
    emit stateChanged();
}

QString emptyViewText(Document& document, const QString& what) {
    if (document.loadRunner()->running() && !document.model())
        return ViewPane::tr("Loading %1…").arg(document.modelBeingOpened());
    const QString promise = ViewPane::tr("Here you will see %1.").arg(what) + QStringLiteral("\n\n");
    if (!document.model())
        return promise +
               ViewPane::tr("Choose a model at the top left, or drop a model folder on this window.");
    if (document.textRunner()->running())
        return ViewPane::tr("Running…");
    if (document.problem())
        return promise + ViewPane::tr("The text above could not be run; the line below it says why.");
    return promise + ViewPane::tr("Type a sentence above.");
}

} // namespace headlight::ui
