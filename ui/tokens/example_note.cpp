#include "ui/tokens/example_note.h"

namespace headlight::ui {

ExampleNote::ExampleNote(Document* document, QWidget* parent)
    : QLabel(parent)
    , document_(document) {
    setObjectName(QStringLiteral("exampleNote"));
    setProperty("role", "caption");
    setWordWrap(true);
    hide();
    connect(document_, &Document::textStateChanged, this, &ExampleNote::follow);
}

void ExampleNote::setExample(const Example& example) {
    noted_text_ = example.note.isEmpty() ? QString() : example.text;
    setText(tr("%1: %2").arg(example.title, example.note));
    follow();
}

void ExampleNote::follow() {
    setVisible(!noted_text_.isEmpty() && document_->text() == noted_text_);
}

} // namespace headlight::ui
