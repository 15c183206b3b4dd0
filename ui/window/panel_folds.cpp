#include "ui/window/panel_folds.h"

#include <QWidget>

namespace headlight::ui {
namespace {

constexpr int kRoomForBoth = 960;
constexpr int kRoomForOne = 780;

} // namespace

PanelFolds::PanelFolds(QWidget* left, QWidget* right, QObject* parent)
    : QObject(parent)
    , left_{left}
    , right_{right} {}

void PanelFolds::toggle(Panel& panel) {
    if (presenting_ || panel.no_room || panel.taken) {
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
    right_.taken = taken;
    show();
}

void PanelFolds::show() {
    for (const Panel& panel : {left_, right_})
        panel.widget->setVisible(panel.mayShow(presenting_));
}

void PanelFolds::setRoom(int width) {
    squeeze(right_, width < kRoomForBoth, presenting_);
    squeeze(left_, width < kRoomForOne, presenting_);
}

void PanelFolds::squeeze(Panel& panel, bool no_room, bool presenting) {
    if (panel.no_room == no_room)
        return; // one that a person opened all the same stays open
    panel.no_room = no_room;
    panel.widget->setVisible(panel.mayShow(presenting));
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
