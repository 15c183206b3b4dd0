// The middle of the frame: one way of looking at the selected head a tab, tabs in three groups.
#pragma once

#include "ui/document/document.h"
#include "ui/export/figure_subject.h"
#include "ui/session/stateful.h"
#include "ui/table/picture_table.h"

#include <QFrame>

#include <array>

class QHBoxLayout;
class QPushButton;
class QStackedWidget;
class QTabBar;

namespace headlight::ui {

class Segments;

/// Views of a kind; the pane shows the tabs of one kind at a time.
enum class ViewGroup { Attention, Words, Laboratory };

/// A page brings its view and, beside the tabs, its own settings.
struct ViewPage {
    ViewGroup group = ViewGroup::Attention;
    QWidget* view = nullptr;
    QWidget* tools = nullptr; ///< may be null
    QString name;             ///< on the tab
    QString tooltip;
    QString hint; ///< what mouse and keys do here, for the status line
    std::function<std::vector<FigureSubject>()>
        figures; ///< what Export offers, most obvious first; empty: nothing to show
    std::function<PictureTables()> tables = {}; ///< the picture in rows and columns; empty: nothing to show
    std::function<void()> fit = {};             ///< shows all of it at once; empty: it always does
    int least_width = 0; ///< it needs, in pixels at the normal text size; panels fold to make that room
};

/// Pages are made by the window and shown one at a time.
class ViewPane : public QFrame, public Stateful {
    Q_OBJECT
public:
    explicit ViewPane(QWidget* parent = nullptr);

    void addPage(const ViewPage& page);
    [[nodiscard]] int pageCount() const { return static_cast<int>(pages_.size()); }
    [[nodiscard]] int currentPage() const;
    [[nodiscard]] const ViewPage& page(int index) const { return pages_[static_cast<std::size_t>(index)]; }

    [[nodiscard]] Segments* groups() const { return groups_; }
    [[nodiscard]] QTabBar* tabs() const { return tabs_; }

    /// What the page shown needs.
    [[nodiscard]] int leastWidth() const { return current_ < 0 ? 0 : page(current_).least_width; }
    void setLeastWidth(const QWidget* view, int least_width);
    /// In a low window tabs, groups and settings share a line.
    void setLow(bool low);
    /// Buttons at the end of the tabs bring back panels that are folded.
    void setFolded(bool left, bool right);

    /// Whether there is a tab for it: a view that says nothing about the present model has none.
    void offerPage(const QWidget* view, bool offered);

    /// Which view is shown; one that is not offered now is shown as soon as it is.
    [[nodiscard]] QString stateName() const override { return QStringLiteral("views"); }
    [[nodiscard]] QJsonObject state() const override;
    void setState(const QJsonObject& state) override;
    [[nodiscard]] QString settingName(const QString& key) const override;

    /// The keyboard goes to the page's view, which hands it to what keys mean most in.
    void focusPage();

public slots:
    void showPage(int index);
    void showView(const QWidget* view);
    /// The next one that is offered, of whatever group, and after the last the first.
    void showNextPage();
    /// And the other way round.
    void showPreviousPage();

signals:
    void pageChanged(int index);
    void stateChanged();
    void leastWidthChanged();
    void leftPanelWanted();
    void rightPanelWanted();

private:
    void buildTabs();
    [[nodiscard]] QPushButton* panelButton(const QString& text, const QString& tool_tip);
    void follow(int index);
    /// The tab of this group that was shown last, or its first.
    void showGroup(int group);
    /// The tabs of the page's group that are offered, this one chosen; a group without any cannot be chosen.
    void showTabs(int page);
    [[nodiscard]] bool shows(int index) const;
    [[nodiscard]] QString pageName(int index) const;

    std::vector<ViewPage> pages_;
    std::vector<bool> offered_;
    int current_ = -1;
    std::array<int, 3> last_pages_{-1, -1, -1}; ///< by group
    Segments* groups_ = nullptr;
    QTabBar* tabs_ = nullptr;
    QPushButton* left_button_ = nullptr;
    QPushButton* right_button_ = nullptr;
    QHBoxLayout* tools_ = nullptr;
    QHBoxLayout* tab_line_ = nullptr;
    bool low_ = false;
    QStackedWidget* stack_ = nullptr;
    QString wanted_page_; ///< by name; not offered yet
};

/// What a view without anything to show says: what will be here ("which token looks at which"), and how to
/// get it.
[[nodiscard]] QString emptyViewText(Document& document, const QString& what);

} // namespace headlight::ui
