// What to look for in the example chosen.
#pragma once

#include "ui/document/document.h"
#include "ui/document/examples.h"

#include <QLabel>

namespace headlight::ui {

/// In sight as long as the text is the example's.
class ExampleNote : public QLabel {
    Q_OBJECT
public:
    /// `document` must outlive the note.
    explicit ExampleNote(Document* document, QWidget* parent = nullptr);
    void setExample(const Example& example);

private:
    void follow();

    Document* document_;
    QString noted_text_; ///< the text the note is about; empty: there is no note
};

} // namespace headlight::ui
