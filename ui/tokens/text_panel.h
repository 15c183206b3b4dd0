// The texts, always in sight: what is typed, its tokens, and for a translating model what it writes, step by
// step.
#pragma once

#include "ui/document/document.h"
#include "ui/selection/selection.h"
#include "ui/tokens/fold_button.h"
#include "ui/tokens/token_rows.h"

#include <QFrame>

class QGridLayout;
class QHBoxLayout;
class QLabel;

namespace headlight::ui {

class DecoderStepBar;
class ExampleButton;
class OwnTargetButton;
class TextEdit;
class WritingBar;

/// Sets out the fields, the chips and what belongs to them, for the model there is.
class TextPanel : public QFrame {
    Q_OBJECT
public:
    /// Both must outlive the panel.
    TextPanel(Document* document, Selection* selection, QWidget* parent = nullptr);

    [[nodiscard]] TextEdit* sourceEdit() const { return source_edit_; }
    [[nodiscard]] TextEdit* pairEdit() const { return pair_edit_; }
    [[nodiscard]] TextEdit* targetEdit() const { return target_edit_; }
    [[nodiscard]] TokenRow* sourceRow() const { return rows_->source(); }
    [[nodiscard]] TokenRow* targetRow() const { return rows_->target(); }
    /// Behind the chips of a text to continue; behind a translation's stands `translationBar`.
    [[nodiscard]] WritingBar* writingBar() const { return writing_bar_; }
    [[nodiscard]] WritingBar* translationBar() const { return translation_bar_; }
    [[nodiscard]] QLabel* problemLabel() const { return problem_label_; }
    [[nodiscard]] ExampleButton* exampleButton() const { return example_button_; }
    [[nodiscard]] QLabel* noteLabel() const { return note_label_; }
    [[nodiscard]] FoldButton* foldButton() const { return fold_button_; }

    /// In a low window the tokens take a line each, and what is rarely needed comes with "More lines".
    void setLow(bool low);

public slots:
    void focusText();
    /// One decoder step back or forth (-1, +1).
    void moveStep(int by);

private:
    void buildFields();
    void layOutSource(QGridLayout* grid);
    void layOutTarget(QGridLayout* grid);
    void followModel();
    void updateMarks();

    Document* document_;
    Selection* selection_;
    TokenRows* rows_;
    QLabel* source_label_ = nullptr;
    QLabel* pair_label_ = nullptr;
    QLabel* target_label_ = nullptr;
    TextEdit* source_edit_ = nullptr;
    TextEdit* pair_edit_ = nullptr;
    TextEdit* target_edit_ = nullptr;
    ExampleButton* example_button_ = nullptr;
    QLabel* note_label_ = nullptr;
    QLabel* problem_label_ = nullptr;
    FoldButton* fold_button_ = nullptr;
    WritingBar* writing_bar_ = nullptr;
    QWidget* target_area_ = nullptr;
    DecoderStepBar* step_bar_ = nullptr;
    OwnTargetButton* own_target_button_ = nullptr;
    WritingBar* translation_bar_ = nullptr;
    QHBoxLayout* source_line_ = nullptr;
    QHBoxLayout* target_line_ = nullptr;
    bool low_ = false;
};

} // namespace headlight::ui
