#include "ui/window/flat_button.h"

#include <QToolButton>

namespace headlight::ui {

QToolButton* flatButton(const QString& sign, const QString& name, const QString& tool_tip) {
    auto* button = new QToolButton;
    button->setText(sign);
    button->setProperty("flat", true);
    button->setAccessibleName(name);
    button->setToolTip(tool_tip);
    return button;
}

} // namespace headlight::ui
