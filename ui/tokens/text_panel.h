// The texts, always in sight: what is typed, its tokens, and for a translating model what it writes, step by step.
#pragma once

#include "ui/document/document.h"
#include "ui/selection/selection.h"

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace headlight::ui {

class ExampleButton;
class TextEdit;
class TokenRow;
class WritingBar;
struct Example;

class TextPanel : public QFrame {
    Q_OBJECT
public:
    /// Both must outlive the panel.
    TextPanel(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] TextEdit* sourceEdit() const { return source_edit_; }
    [[nodiscard]] TextEdit* pairEdit() const { return pair_edit_; }
    [[nodiscard]] TextEdit* targetEdit() const { return target_edit_; }
    [[nodiscard]] TokenRow* sourceRow() const { return source_row_; }
    [[nodiscard]] TokenRow* targetRow() const { return target_row_; }
    /// Behind the chips of a text to continue; behind a translation's stands `translationBar`.
    [[nodiscard]] WritingBar* writingBar() const { return writing_bar_; }
    [[nodiscard]] WritingBar* translationBar() const { return translation_bar_; }
    [[nodiscard]] QLabel* problemLabel() const { return problem_label_; }
    [[nodiscard]] ExampleButton* exampleButton() const { return example_button_; }
    [[nodiscard]] QLabel* noteLabel() const { return note_label_; }
    [[nodiscard]] QPushButton* foldButton() const { return fold_button_; }

    /// In a low window the tokens take a line each, and what is rarely needed comes with "More lines".
    void setLow(bool low);

public slots:
    void focusText();
    /// One decoder step back or forth (-1, +1).
    void moveStep(int by);

private:
    void build();
    void buildSource();
    [[nodiscard]] QHBoxLayout* buildTargetRow();
    void followModel();
    void followSnapshot();
    void followDraft();
    void followProblem();
    void followOwnTarget();
    void followSelection();
    void updateRoles();
    void updateMarks();
    void toggleOwnTarget();
    void toggleFold();
    void followFold();
    void showNote(const Example& example);
    /// The row whose chips are the decoder's.
    [[nodiscard]] TokenRow* decoderRow() const;
    [[nodiscard]] QString tokenDetails(StackKind stack, std::size_t index) const;

    Document* document_;
    Selection* selection_;
    QLabel* source_label_ = nullptr;
    QLabel* pair_label_ = nullptr;
    QLabel* target_label_ = nullptr;
    TextEdit* source_edit_ = nullptr;
    TextEdit* pair_edit_ = nullptr;
    TextEdit* target_edit_ = nullptr;
    TokenRow* source_row_ = nullptr;
    TokenRow* target_row_ = nullptr;
    WritingBar* writing_bar_ = nullptr;
    WritingBar* translation_bar_ = nullptr;
    QLabel* problem_label_ = nullptr;
    QWidget* target_area_ = nullptr;
    QHBoxLayout* source_line_ = nullptr;
    QHBoxLayout* target_line_ = nullptr;
    QWidget* step_area_ = nullptr;
    QToolButton* step_back_ = nullptr;
    QToolButton* step_forth_ = nullptr;
    QLabel* step_label_ = nullptr;
    QPushButton* own_target_button_ = nullptr;
    ExampleButton* example_button_ = nullptr;
    QLabel* note_label_ = nullptr;
    QString noted_text_;                 ///< the example the note is about
    QPushButton* fold_button_ = nullptr;
    bool unfolded_ = false;
    bool low_ = false;
};

} // namespace headlight::ui
