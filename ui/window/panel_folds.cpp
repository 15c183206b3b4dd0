#include "ui/window/panel_folds.h"

#include <QWidget>

namespace headlight::ui {

PanelFolds::PanelFolds(QWidget* left, QWidget* right, QObject* parent)
    : QObject(parent)
    , left_{left}
    , right_{right} {}

void PanelFolds::toggle(Panel& panel) {
    if (presenting_ || (right_taken_ && &panel == &right_)) {
        panel.widget->setVisible(panel.widget->isHidden());
        return;
    }
    panel.folded = !panel.folded;
    show();
    emit stateChanged();
}

void PanelFolds::setPresenting(bool presenting) {
    presenting_ = presenting;
    show();
}

void PanelFolds::setRightTaken(bool taken) {
    right_taken_ = taken;
    show();
}

void PanelFolds::show() {
    left_.widget->setVisible(!left_.folded && !presenting_);
    right_.widget->setVisible(!right_.folded && !presenting_ && !right_taken_);
}

QJsonObject PanelFolds::state() const {
    return {{QStringLiteral("left_folded"), left_.folded}, {QStringLiteral("right_folded"), right_.folded}};
}

void PanelFolds::setState(const QJsonObject& state) {
    left_.folded = state[QStringLiteral("left_folded")].toBool(left_.folded);
    right_.folded = state[QStringLiteral("right_folded")].toBool(right_.folded);
    show();
}

QString PanelFolds::settingName(const QString& key) const {
    return key.startsWith(QStringLiteral("left")) ? tr("folding of the left panel") : tr("folding of the right panel");
}

} // namespace headlight::ui
