// The menu of sentences worth a look, beside the text.
#pragma once

#include "ui/document/document.h"
#include "ui/document/examples.h"

#include <QPushButton>

class QMenu;

namespace headlight::ui {

/// Lists the examples of the document's model; a choice becomes the text, and `exampleChosen` tells what to
/// look for.
class ExampleButton : public QPushButton {
    Q_OBJECT
public:
    /// `document` must outlive the button.
    explicit ExampleButton(Document* document, QWidget* parent = nullptr);

    [[nodiscard]] const std::vector<Example>& examples() const { return examples_; }
    void choose(std::size_t index);

signals:
    void exampleChosen(const headlight::ui::Example& example);

private:
    void followModel();
    void fill();

    Document* document_;
    QMenu* menu_;
    std::vector<Example> examples_;
};

} // namespace headlight::ui
