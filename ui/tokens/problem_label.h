// What is wrong with the text, below it.
#pragma once

#include "ui/document/document.h"

#include <QLabel>

namespace headlight::ui {

/// The document's problem as sentences; of a text that is too long the beginning can be kept with one click.
class ProblemLabel : public QLabel {
    Q_OBJECT
public:
    /// `document` must outlive the label.
    explicit ProblemLabel(Document* document, QWidget* parent = nullptr);

private:
    void follow();

    Document* document_;
};

} // namespace headlight::ui
