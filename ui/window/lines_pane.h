// The lines of the selected heads, and which of them are worth drawing.
#pragma once

#include "ui/document/document.h"
#include "ui/lines/lines_view.h"
#include "ui/selection/selection.h"

#include <QWidget>

namespace headlight::ui {

class ChipButton;

class LinesPane : public QWidget {
    Q_OBJECT
public:
    /// Both must outlive the pane.
    LinesPane(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] LinesView* view() const { return view_; }
    /// Stands beside the tabs.
    [[nodiscard]] QWidget* tools() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildRuleMenu();
    void apply(const LineRule& rule);
    void follow();

    Document* document_;
    Selection* selection_;
    LinesView* view_ = nullptr;
    ChipButton* rule_button_ = nullptr;
};

} // namespace headlight::ui
