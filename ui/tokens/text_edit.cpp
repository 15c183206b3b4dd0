#include "ui/tokens/text_edit.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QTextCharFormat>

#include <algorithm>
#include <memory>

namespace headlight::ui {

namespace {

/// How many characters at the end of both are the same.
qsizetype sharedEnd(const QString& before, const QString& after) {
    const qsizetype most = std::min(before.size(), after.size());
    qsizetype count = 0;
    while (count < most && before[before.size() - 1 - count] == after[after.size() - 1 - count])
        ++count;
    return count;
}

} // namespace

TextEdit::TextEdit(QWidget* parent)
    : QLineEdit(parent) {
    setProperty("role", "inline");
    setMaxLength(static_cast<int>(2 * kEditableLength)); // typing never gets there; longer texts become documents
    connect(this, &QLineEdit::textEdited, this, [this](const QString& text) {
        setMarks({}); // they were pieces of another text
        if (quiet_)
            return;
        if (text.size() > kEditableLength)
            showWhole(text);
        emit wholeTextChanged(wholeText());
    });
}

void TextEdit::setWholeText(const QString& text) {
    if (text != wholeText())
        showWhole(text);
}

/// Shows `text`, or its beginning and length when it is too long for one line.
void TextEdit::showWhole(const QString& text) {
    setMarks({});
    if (text.size() <= kEditableLength) {
        document_.clear();
        setReadOnly(false);
        // A beginning both share is no change: what was added behind "a " is "b ", not " b".
        const QString before = this->text();
        const qsizetype shorter = std::min(before.size(), text.size());
        const qsizetype same = std::mismatch(before.begin(), before.begin() + shorter, text.begin()).first - before.begin();
        const auto behind_change = static_cast<int>(text.size() - std::min<qsizetype>(sharedEnd(before, text), shorter - same));
        setText(text);
        setCursorPosition(behind_change);
        return;
    }
    document_ = text;
    setReadOnly(true);
    setText(tr("%1 …  (%2 characters; Backspace clears, typing or pasting replaces)")
                .arg(text.left(80).simplified(), QLocale().toString(text.size())));
    setCursorPosition(0);
}

void TextEdit::setMarks(const std::vector<TextMark>& marks) {
    const std::vector<TextMark> shown = holdsDocument() ? std::vector<TextMark>{} : marks;
    if (shown == marks_ || composing_)
        return;
    marks_ = shown;
    showMarks();
    if (!marks_.empty() && !hasFocus() && !hasSelectedText())
        setCursorPosition(static_cast<int>(marks_.front().end));
}

/// A line edit colours pieces of its text for input methods only; an empty event of one leaves the text as it is.
void TextEdit::showMarks() {
    QList<QInputMethodEvent::Attribute> attributes;
    for (const TextMark& mark : marks_) {
        QTextCharFormat format;
        format.setBackground(mark.colour);
        attributes.append({QInputMethodEvent::TextFormat, static_cast<int>(mark.begin) - cursorPosition(),
                           static_cast<int>(mark.end - mark.begin), format});
    }
    QInputMethodEvent event(QString(), attributes);
    QLineEdit::inputMethodEvent(&event);
}

void TextEdit::inputMethodEvent(QInputMethodEvent* event) {
    composing_ = !event->preeditString().isEmpty();
    QLineEdit::inputMethodEvent(event);
}

void TextEdit::leaveDocument() {
    document_.clear();
    setReadOnly(false);
    setText({});
}

/// Inserts at the cursor, keeping undo, without a word to anybody.
void TextEdit::type(const QString& text) {
    quiet_ = true;
    insert(text);
    quiet_ = false;
}

void TextEdit::insertText(const QString& text) {
    if (text.isEmpty())
        return;
    if (holdsDocument())
        leaveDocument();
    const QString now = this->text();
    const qsizetype begin = hasSelectedText() ? selectionStart() : cursorPosition();
    const QString whole = now.left(begin) + text + now.mid(begin + selectedText().size());
    if (whole.size() > kEditableLength) {
        showWhole(whole);
    } else {
        type(text);
    }
    emit wholeTextChanged(wholeText());
}

void TextEdit::pasteClipboard() { insertText(QApplication::clipboard()->text()); }

void TextEdit::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Paste)) {
        pasteClipboard();
        return;
    }
    if (holdsDocument()) {
        const bool erases = event->key() == Qt::Key_Backspace || event->key() == Qt::Key_Delete;
        const bool types = !event->text().isEmpty() && event->text().front().isPrint();
        if (erases || types) {
            leaveDocument();
            if (types)
                type(event->text());
            emit wholeTextChanged(wholeText());
            return;
        }
    }
    QLineEdit::keyPressEvent(event);
}

/// A line edit keeps undo to itself; here it is for the window, which knows what changed besides.
bool TextEdit::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return false;
        }
    }
    return QLineEdit::event(event);
}

void TextEdit::contextMenuEvent(QContextMenuEvent* event) {
    const std::unique_ptr<QMenu> menu(createStandardContextMenu());
    for (QAction* action : menu->actions()) {
        const bool undoes = action->objectName() == QLatin1String("edit-undo");
        if (undoes || action->objectName() == QLatin1String("edit-redo")) {
            action->disconnect();
            action->setEnabled(true);
            connect(action, &QAction::triggered, this, undoes ? &TextEdit::undoRequested : &TextEdit::redoRequested);
            continue;
        }
        if (action->objectName() != QLatin1String("edit-paste"))
            continue;
        action->disconnect();
        action->setEnabled(!QApplication::clipboard()->text().isEmpty());
        connect(action, &QAction::triggered, this, &TextEdit::pasteClipboard);
    }
    menu->exec(event->globalPos());
}

void TextEdit::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls())
        event->ignore(); // folders and files are for the window
    else
        QLineEdit::dragEnterEvent(event);
}

void TextEdit::dropEvent(QDropEvent* event) {
    if (event->mimeData()->hasText() && !event->mimeData()->hasUrls() && event->source() != this) {
        insertText(event->mimeData()->text());
        event->acceptProposedAction();
    } else {
        QLineEdit::dropEvent(event);
    }
}

void TextEdit::mouseReleaseEvent(QMouseEvent* event) {
    QClipboard* const clipboard = QApplication::clipboard();
    if (event->button() == Qt::MiddleButton && clipboard->supportsSelection() && !hasSelectedText()) {
        insertText(clipboard->text(QClipboard::Selection));
        return;
    }
    QLineEdit::mouseReleaseEvent(event);
}

} // namespace headlight::ui
