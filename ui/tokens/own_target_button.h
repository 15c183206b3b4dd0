// From what the model generates to a target text of one's own, and back.
#pragma once

#include "ui/document/document.h"

#include <QPushButton>

namespace headlight::ui {

class TextEdit;

/// Of a translation. Shows `field` while the decoder reads what is typed there; after a word was chosen from
/// the candidates it goes back to the model's own.
class OwnTargetButton : public QPushButton {
    Q_OBJECT
public:
    /// Both must outlive the button.
    OwnTargetButton(Document* document, TextEdit* field, QWidget* parent);

    /// Where there is little room it stands only while it leads back to what the model writes.
    void setOffered(bool offered);

private:
    void toggleTarget();
    void followTarget();
    void followSnapshot();

    Document* document_;
    TextEdit* field_;
    bool offered_ = true;
};

} // namespace headlight::ui
