// The line a person types or pastes the text into.
#pragma once

#include "ui/tokens/text_marks.h"

#include <QLineEdit>

namespace headlight::ui {

/// A line edit that takes a pasted or dropped document of any length without laying it out: beyond `kEditableLength`
/// characters it shows the beginning and the length, hands the whole text on, and is cleared as a whole.
class TextEdit : public QLineEdit {
    Q_OBJECT
public:
    static constexpr qsizetype kEditableLength = 8000;

    explicit TextEdit(QWidget* parent = nullptr);

    /// The whole text, also when only its beginning is shown.
    [[nodiscard]] QString wholeText() const { return holdsDocument() ? document_ : text(); }
    [[nodiscard]] bool holdsDocument() const { return !document_.isEmpty(); }
    /// Does not emit wholeTextChanged; the cursor goes behind what changed.
    void setWholeText(const QString& text);
    /// Colours behind pieces of the text, until it changes; a document that is not laid out shows none. While the field does
    /// not have the keyboard, the first of them is scrolled into sight.
    void setMarks(const std::vector<TextMark>& marks);
    [[nodiscard]] const std::vector<TextMark>& marks() const { return marks_; }

public slots:
    void pasteClipboard();

signals:
    /// By typing, pasting, dropping, clearing.
    void wholeTextChanged(const QString& text);
    /// Asked for in the context menu; the keys for it are the window's, whose steps are more than this line.
    void undoRequested();
    void redoRequested();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void inputMethodEvent(QInputMethodEvent* event) override;

private:
    void insertText(const QString& text);
    void showWhole(const QString& text);
    void leaveDocument();
    void type(const QString& text);
    void showMarks();

    bool quiet_ = false; ///< the line changes by a larger step that will be told once
    bool composing_ = false; ///< an input method shows text that is not decided yet
    std::vector<TextMark> marks_;
    QString document_;   ///< a text too long to edit in one line; empty otherwise
};

} // namespace headlight::ui
