#include "ui/window/view_pane.h"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace headlight::ui {

ViewPane::ViewPane(QWidget* parent)
    : QFrame(parent) {
    setProperty("role", "canvas");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 6, 16, 12);
    layout->setSpacing(0);
    tabs_ = new QTabBar;
    tabs_->setDrawBase(false);
    tabs_->setExpanding(false);
    tabs_->setUsesScrollButtons(true);
    tabs_->setAccessibleName(tr("Views"));
    tabs_->setFocusPolicy(Qt::TabFocus);
    tools_ = new QHBoxLayout;
    tools_->addWidget(tabs_, 1);
    auto* rule = new QFrame;
    rule->setFixedHeight(1);
    rule->setProperty("role", "rule");
    stack_ = new QStackedWidget;
    layout->addLayout(tools_);
    layout->addWidget(rule);
    layout->addSpacing(8);
    layout->addWidget(stack_, 1);
    connect(tabs_, &QTabBar::currentChanged, this, &ViewPane::follow);
}

void ViewPane::addPage(const ViewPage& page) {
    pages_.push_back(page);
    stack_->addWidget(page.view);
    if (page.tools != nullptr) {
        page.tools->hide();
        tools_->addWidget(page.tools);
    }
    const int index = tabs_->addTab(page.name);
    tabs_->setTabToolTip(index, page.tooltip);
    if (index == 0)
        follow(0);
}

int ViewPane::currentPage() const {
    return tabs_->currentIndex();
}

void ViewPane::showPage(int index) {
    if (index >= 0 && index < pageCount())
        tabs_->setCurrentIndex(index);
}

void ViewPane::showView(const QWidget* view) {
    for (int i = 0; i < pageCount(); ++i)
        if (page(i).view == view && tabs_->isTabVisible(i))
            showPage(i);
}

void ViewPane::offerPage(const QWidget* view, bool offered) {
    for (int i = 0; i < pageCount(); ++i) {
        if (page(i).view != view)
            continue;
        const QString wanted = wanted_page_; // hiding or showing a tab may choose another
        tabs_->setTabVisible(i, offered);
        wanted_page_ = wanted;
        if (offered && pageName(i) == wanted_page_)
            showPage(i);
    }
}

QString ViewPane::pageName(int index) const {
    const QWidget* const view = page(index).view;
    const auto* part = dynamic_cast<const Stateful*>(view);
    return part != nullptr ? part->stateName() : QString::fromLatin1(view->metaObject()->className()).section(QStringLiteral("::"), -1);
}

QJsonObject ViewPane::state() const {
    const QString shown = currentPage() >= 0 ? pageName(currentPage()) : QString();
    return {{QStringLiteral("view"), wanted_page_.isEmpty() ? shown : wanted_page_}};
}

void ViewPane::setState(const QJsonObject& state) {
    const QString name = state[QStringLiteral("view")].toString();
    for (int i = 0; i < pageCount(); ++i) {
        if (pageName(i) != name)
            continue;
        if (tabs_->isTabVisible(i))
            showPage(i);
        wanted_page_ = tabs_->isTabVisible(i) ? QString() : name;
    }
}

QString ViewPane::settingName(const QString&) const { return tr("view"); }

void ViewPane::showNextPage() {
    int next = currentPage();
    do
        next = (next + 1) % pageCount();
    while (!tabs_->isTabVisible(next));
    showPage(next);
}

void ViewPane::follow(int index) {
    if (index < 0 || index >= pageCount())
        return;
    stack_->setCurrentWidget(page(index).view);
    for (int i = 0; i < pageCount(); ++i)
        if (page(i).tools != nullptr)
            page(i).tools->setVisible(i == index);
    wanted_page_.clear();
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
