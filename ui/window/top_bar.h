// The top of the frame: which model, what it ran on and how long, present, export, more.
#pragma once

#include "ui/document/document.h"

#include <QFrame>

class QMenu;
class QPushButton;

namespace headlight::ui {

class ChipButton;
class ModelMenu;

class TopBar : public QFrame {
    Q_OBJECT
public:
    /// `document` must outlive the bar.
    explicit TopBar(Document* document, QWidget* parent = nullptr);

    [[nodiscard]] ModelMenu* modelMenu() const { return model_menu_; }
    [[nodiscard]] ChipButton* modelButton() const { return model_button_; }
    /// The session's name; the window gives it its menu.
    [[nodiscard]] ChipButton* sessionButton() const { return session_button_; }
    [[nodiscard]] QPushButton* lessonButton() const { return lesson_button_; }
    [[nodiscard]] QPushButton* presentButton() const { return present_button_; }
    [[nodiscard]] QPushButton* exportButton() const { return export_button_; }
    /// Puts a chip before what the newest run says: something the whole window has to tell.
    void addNotice(QWidget* notice);
    /// The menu behind "⋯": the window puts its actions there.
    [[nodiscard]] QMenu* moreMenu() const { return more_menu_; }

private:
    void followModel();
    void followSnapshot();

    Document* document_;
    ModelMenu* model_menu_ = nullptr;
    ChipButton* model_button_ = nullptr;
    ChipButton* session_button_ = nullptr;
    ChipButton* run_button_ = nullptr;
    QPushButton* lesson_button_ = nullptr;
    QPushButton* present_button_ = nullptr;
    QPushButton* export_button_ = nullptr;
    QMenu* more_menu_ = nullptr;
};

/// "64 tokens, 1 computed and the others as they were".
[[nodiscard]] QString computedText(const RunSnapshot& snapshot);

/// "Marian · 3+3 layers × 8 heads · 9.4 M".
[[nodiscard]] QString modelSummary(const Model& model);

} // namespace headlight::ui
