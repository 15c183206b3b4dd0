#include "ui/window/main_window.h"

#include "ui/export/export_dialog.h"
#include "ui/heads/head_grid_view.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/session/kept_view.h"
#include "ui/session/recent_files.h"
#include "ui/session/selection_keeper.h"
#include "ui/session/session_menu.h"
#include "ui/table/table_dialog.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/writing_bar.h"
#include "ui/window/change_wiring.h"
#include "ui/window/chip_button.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/lesson_wiring.h"
#include "ui/window/machine_label.h"
#include "ui/window/message_card.h"
#include "ui/window/model_menu.h"
#include "ui/window/panel_folds.h"
#include "ui/window/predictions_pane.h"
#include "ui/window/session_wiring.h"
#include "ui/window/shortcuts_dialog.h"
#include "ui/window/status_line.h"
#include "ui/window/top_bar.h"
#include "ui/window/view_pane.h"
#include "ui/window/window_views.h"

#include <QCloseEvent>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QVBoxLayout>

namespace headlight::ui {

namespace {

const QString kGeometryKey = QStringLiteral("window/geometry");
const QString kPanelsKey = QStringLiteral("window/panelWidths");

} // namespace

MainWindow::MainWindow(ThemeController* themes, const BackendOptions& backend, QWidget* parent)
    : QMainWindow(parent)
    , themes_(themes)
    , document_(backend) {
    setAcceptDrops(true);
    build(backend);
    connectParts();
    addActions();
    addMoreMenu();
    resize(QSize(1440, 900).boundedTo(screen()->availableSize()));
    if (const QByteArray geometry = QSettings().value(kGeometryKey).toByteArray(); !geometry.isEmpty())
        restoreGeometry(geometry);
    folds_->setTextScale(themes_->scale());
    if (const QSize panels = QSettings().value(kPanelsKey).toSize(); panels.isValid())
        folds_->setWidths(panels);
    text_panel_->sourceEdit()->setFocus();
}

MainWindow::~MainWindow() {
    delete lessons_;
    delete session_; // looks at widgets of the centre
    delete takeCentralWidget(); // the views go before the document and selection they look at
}

void MainWindow::build(const BackendOptions& backend) {
    auto* frame = new QWidget;
    auto* layout = new QVBoxLayout(frame);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    // The first to hear of a new run: the views then find a selection that fits it.
    keeper_ = new SelectionKeeper(&document_, &selection_, this);
    top_bar_ = new TopBar(&document_);
    text_panel_ = new TextPanel(&document_, &selection_);
    message_card_ = new MessageCard;
    auto* message_line = new QVBoxLayout;
    message_line->setContentsMargins(0, 0, 0, 0);
    message_line->addWidget(message_card_);
    head_panel_ = new HeadPanel(&document_, &selection_);
    view_pane_ = new ViewPane;
    views_ = new WindowViews(view_pane_, {&document_, &selection_, &statistics_, head_panel_->overview()}, backend, this);
    inspector_ = new InspectorPanel(&document_, &selection_);
    changes_ = new ChangeWiring(&selection_, {view_pane_, views_, top_bar_, text_panel_, inspector_}, this);
    connect(changes_, &ChangeWiring::exportWanted, this, &MainWindow::openExport);
    status_line_ = new StatusLine;
    status_line_->addFigures(new MachineLabel(&document_));
    splitter_ = new QSplitter(Qt::Horizontal);
    splitter_->setHandleWidth(1);
    for (QWidget* part : {static_cast<QWidget*>(head_panel_), static_cast<QWidget*>(view_pane_),
                          static_cast<QWidget*>(inspector_)})
        splitter_->addWidget(part);
    view_pane_->setMinimumWidth(280);
    splitter_->setCollapsible(1, false);
    splitter_->setStretchFactor(1, 1);
    layout->addWidget(top_bar_);
    layout->addWidget(text_panel_);
    layout->addLayout(message_line);
    layout->addWidget(splitter_, 1);
    folds_ = new PanelFolds(splitter_, head_panel_, inspector_, this);
    folds_->setWidths(folds_->widths());
    session_ = new SessionWiring(&document_, &selection_, keeper_, {this, top_bar_, text_panel_, message_card_, splitter_});
    layout->addWidget(session_->keptView(), 1);
    layout->addWidget(status_line_);
    setCentralWidget(frame);
    setMinimumSize(560, 420);
}

void MainWindow::connectParts() {
    status_line_->watch(document_.loadRunner(), tr("loading the model"));
    status_line_->watch(document_.textRunner(), tr("running"));
    const auto hint = [this](int page) { status_line_->setHint(view_pane_->page(page).hint); };
    connect(view_pane_, &ViewPane::pageChanged, this, hint);
    connect(view_pane_, &ViewPane::pageChanged, this, &MainWindow::makeRoom);
    connect(view_pane_, &ViewPane::leastWidthChanged, this, &MainWindow::makeRoom);
    connect(view_pane_, &ViewPane::leftPanelWanted, folds_, &PanelFolds::toggleLeft);
    connect(view_pane_, &ViewPane::rightPanelWanted, folds_, &PanelFolds::toggleRight);
    connect(folds_, &PanelFolds::foldedChanged, view_pane_, &ViewPane::setFolded);
    hint(0);
    views_->watchWith(status_line_);
    connect(status_line_, &StatusLine::stopRequested, &document_, &Document::stop);
    connect(views_->heatmap, &HeatmapPane::settingsChanged, head_panel_, &HeadPanel::setSettings);
    connect(head_panel_->grid(), &HeadGridView::headActivated, this, [this] { view_pane_->showView(views_->heatmap); });
    connect(views_, &WindowViews::textWanted, text_panel_, &TextPanel::focusText);
    connect(inspector_, &InspectorPanel::vocabularyRequested, this, [this] { view_pane_->showView(views_->predictions); });
    connect(top_bar_->modelMenu(), &ModelMenu::modelChosen, this, &MainWindow::openModel);
    connect(top_bar_->modelMenu(), &ModelMenu::openFolderRequested, session_->menu(), &SessionMenu::chooseFolder);
    connect(session_->menu(), &SessionMenu::modelChosen, this, &MainWindow::openModel);
    connect(top_bar_->presentButton(), &QPushButton::toggled, this, &MainWindow::setPresenting);
    connect(top_bar_->exportButton(), &QPushButton::clicked, this, &MainWindow::openExport);
    connect(&document_, &Document::modelChanged, this, &MainWindow::followModel);
    connect(&document_, &Document::computedElsewhere, this, [this](const QString& why) {
        if (!why.isEmpty())
            message_card_->showNotice({tr("Computing on the CPU"), why.left(1).toUpper() + why.mid(1), {}}); // nothing is lost
    });
    views_->join(session_->workbench());
    session_->workbench()->addPart(folds_);
    lessons_ = new LessonWiring({this, splitter_, top_bar_, text_panel_, head_panel_, view_pane_, inspector_, message_card_, status_line_, folds_, themes_},
                                {session_->workbench(), keeper_, &selection_});
    session_->undo()->reset();
    const auto dress = [this] {
        head_panel_->grid()->setTheme(themes_->theme());
        views_->setTheme(themes_->theme());
        session_->keptView()->setTheme(themes_->theme());
    };
    connect(themes_, &ThemeController::themeChanged, this, dress);
    // The text may have another size; an event of its own, so that none takes long.
    connect(themes_, &ThemeController::themeChanged, this, &MainWindow::makeRoom, Qt::QueuedConnection);
    dress();
    makeRoom();
}

QAction* MainWindow::addKey(const QString& text, const QList<QKeySequence>& keys, std::function<void()> action) {
    auto* added = new QAction(text, this);
    added->setShortcuts(keys);
    addAction(added);
    connect(added, &QAction::triggered, this, std::move(action));
    return added;
}

void MainWindow::addActions() {
    addKey(tr("Choose a model"), {QKeySequence(QStringLiteral("Ctrl+M"))}, [this] { top_bar_->modelButton()->click(); });
    addKey(tr("Write the text"), {QKeySequence(QStringLiteral("Ctrl+L"))}, [this] { text_panel_->focusText(); });
    addKey(tr("Next head"), {QKeySequence(QStringLiteral("]"))}, [this] { head_panel_->moveHead(1); });
    addKey(tr("Previous head"), {QKeySequence(QStringLiteral("["))}, [this] { head_panel_->moveHead(-1); });
    addKey(tr("Encoder"), {QKeySequence(QStringLiteral("1"))}, [this] { head_panel_->chooseKind(AttentionKind::EncoderSelf); });
    addKey(tr("Decoder"), {QKeySequence(QStringLiteral("2"))}, [this] { head_panel_->chooseKind(AttentionKind::DecoderSelf); });
    addKey(tr("Cross"), {QKeySequence(QStringLiteral("3"))}, [this] { head_panel_->chooseKind(AttentionKind::Cross); });
    addKey(tr("Previous step"), {QKeySequence(QStringLiteral("Alt+Left"))}, [this] { text_panel_->moveStep(-1); });
    addKey(tr("Next step"), {QKeySequence(QStringLiteral("Alt+Right"))}, [this] { text_panel_->moveStep(1); });
    addKey(tr("Continue the text"), {QKeySequence(QStringLiteral("Ctrl+Return"))}, [this] { text_panel_->writingBar()->goOn(); });
    addKey(tr("One token more"), {QKeySequence(QStringLiteral("Ctrl+Shift+Return"))}, [this] { text_panel_->writingBar()->writeOneWord(); });
    addKey(tr("Export"), {QKeySequence(QStringLiteral("E")), QKeySequence(QStringLiteral("Ctrl+E"))}, [this] { openExport(); });
    addKey(tr("Fit"), {QKeySequence(QStringLiteral("F"))}, [this] {
        if (const ViewPage& page = view_pane_->page(view_pane_->currentPage()); page.fit)
            page.fit();
    });
    addKey(tr("Next view"), {QKeySequence(QStringLiteral("Ctrl+Tab"))},
           [this] { view_pane_->showNextPage(); });
    addKey(tr("Stop"), {QKeySequence(QStringLiteral("Ctrl+."))}, [this] { emit status_line_->stopRequested(); });
    addKey(tr("Dismiss"), {QKeySequence(Qt::Key_Escape)}, [this] {
        if (message_card_->isVisible())
            message_card_->hide();
        else
            selection_.setPinned({});
    });
}

void MainWindow::addMoreMenu() {
    QMenu* const menu = top_bar_->moreMenu();
    const auto key = [](const char* text) { return QKeySequence(QString::fromLatin1(text)); };
    menu->addAction(addKey(tr("Light or dark"), {key("Ctrl+Shift+T")}, [this] { themes_->toggle(); }));
    menu->addAction(addKey(tr("Follow the system's theme"), {}, [this] { themes_->setMode(ThemeController::Mode::System); }));
    menu->addSeparator();
    menu->addAction(addKey(tr("Larger text"), {key("Ctrl+="), key("Ctrl++")}, [this] { scaleText(1.1); }));
    menu->addAction(addKey(tr("Smaller text"), {key("Ctrl+-")}, [this] { scaleText(1 / 1.1); }));
    menu->addAction(addKey(tr("Normal text"), {key("Ctrl+0")}, [this] { themes_->setScale(1.0); }));
    menu->addSeparator();
    menu->addAction(addKey(tr("Show as table"), {key("Ctrl+T")}, [this] { openTable(); }));
    menu->addSeparator();
    menu->addAction(addKey(tr("Lessons"), {key("F6")}, [this] { top_bar_->lessonButton()->toggle(); }));
    menu->addAction(addKey(tr("Present"), {key("F5")}, [this] { top_bar_->presentButton()->toggle(); }));
    menu->addAction(addKey(tr("Fold the left panel"), {key("F7")}, [this] { folds_->toggleLeft(); }));
    menu->addAction(addKey(tr("Fold the right panel"), {key("F8")}, [this] { folds_->toggleRight(); }));
    menu->addSeparator();
    menu->addAction(addKey(tr("Keyboard and mouse"), {key("F1")}, [this] { ShortcutsDialog(this).exec(); }));
}

void MainWindow::start(const QString& model, const QString& text, const QString& text_pair) {
    document_.setText(text);
    document_.setTextPair(text_pair);
    text_panel_->sourceEdit()->setWholeText(text);
    top_bar_->modelMenu()->refresh();
    session_->undo()->reset();
    openModel(model);
}

void MainWindow::startSession(const QString& path, const SessionOverrides& overrides, const QString& model_otherwise) {
    top_bar_->modelMenu()->refresh();
    connect(session_->sessions(), &SessionController::openFailed, this, [this, model_otherwise] {
        if (!document_.model() && !document_.loadRunner()->running())
            session_->workbench()->openModel(model_otherwise); // the card that says why stays
    });
    session_->sessions()->open(path, overrides);
}

void MainWindow::openPath(const QString& path) {
    if (path.endsWith(QStringLiteral(".md"), Qt::CaseInsensitive))
        lessons_->openFile(path);
    else
        session_->menu()->openPath(path);
}

void MainWindow::openModel(const QString& name_or_path) {
    message_card_->hide();
    session_->workbench()->openModel(name_or_path);
}

void MainWindow::followModel() {
    if (!document_.model())
        return;
    views_->follow(*document_.model());
    RecentFiles::add(document_.modelReference());
}

void MainWindow::scaleText(double factor) { themes_->setScale(themes_->scale() * factor); }

void MainWindow::setPresenting(bool presenting) {
    themes_->setPresenting(presenting);
    folds_->setPresenting(presenting);
    lessons_->setPresenting(presenting);
}

void MainWindow::openTable() {
    const ViewPage& page = view_pane_->page(view_pane_->currentPage());
    PictureTables tables = page.tables ? page.tables() : PictureTables{};
    if (tables.all.empty()) {
        status_line_->setHint(document_.snapshot() ? tr("Nothing to show as a table here yet; the page says what to do first.")
                                                   : tr("Nothing to show as a table yet: choose a model and type a text."));
        return;
    }
    auto* dialog = new TableDialog(std::move(tables), this);
    dialog->show();
}

void MainWindow::openExport() {
    const ViewPage& page = view_pane_->page(view_pane_->currentPage());
    std::vector<FigureSubject> subjects = page.figures ? page.figures() : std::vector<FigureSubject>{};
    if (subjects.empty()) {
        status_line_->setHint(document_.snapshot() ? tr("Nothing to export here yet; the page says what to do first.")
                                                   : tr("Nothing to export yet: choose a model and type a text."));
        return;
    }
    ExportDialog(std::move(subjects), this).exec();
}

void MainWindow::makeRoom() {
    folds_->setTextScale(themes_->scale());
    const QSize room = (QSizeF(size()) / themes_->scale()).toSize();
    text_panel_->setLow(isLowWindow(room));
    view_pane_->setLow(isLowWindow(room));
    folds_->setRoom(room, view_pane_->leastWidth());
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    makeRoom();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!session_->sessions()->mayClose()) {
        event->ignore(); // closes when what was asked or written is done
        return;
    }
    document_.stop();
    QSettings settings;
    settings.setValue(kGeometryKey, saveGeometry());
    settings.setValue(kPanelsKey, folds_->widths());
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.front().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.isEmpty() || !urls.front().isLocalFile())
        return;
    event->acceptProposedAction();
    openPath(urls.front().toLocalFile());
}

} // namespace headlight::ui
