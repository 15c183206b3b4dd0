#include "ui/window/panel_folds.h"

#include <QSplitter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kLeftWidth = 292.0;
constexpr double kLeastLeft = 200.0;
constexpr double kRightWidth = 324.0;
constexpr double kLeastRight = 240.0;
constexpr int kRoomForBoth = 960;
constexpr int kRoomForOne = 780;
constexpr int kViewMargins = 32;

} // namespace

PanelFolds::PanelFolds(QSplitter* splitter, QWidget* left, QWidget* right, QObject* parent)
    : QObject(parent)
    , splitter_(splitter)
    , left_{.widget = left, .width = kLeftWidth, .least = kLeastLeft}
    , right_{.widget = right, .width = kRightWidth, .least = kLeastRight} {
    connect(splitter_, &QSplitter::splitterMoved, this, &PanelFolds::keepWidths);
    for (Panel* panel : {&left_, &right_})
        panel->widget->setMinimumWidth(static_cast<int>(panel->least));
}

QSize PanelFolds::widths() const {
    return {static_cast<int>(std::lround(left_.width)), static_cast<int>(std::lround(right_.width))};
}

void PanelFolds::setWidths(QSize widths) {
    left_.width = std::max(left_.least, static_cast<double>(widths.width()));
    right_.width = std::max(right_.least, static_cast<double>(widths.height()));
    for (Panel* panel : {&left_, &right_})
        panel->placed_scale = 0.0;
    place();
}

/// A person moved a handle. What is folded to nothing keeps its width for later.
void PanelFolds::keepWidths() {
    const QList<int> sizes = splitter_->sizes();
    for (Panel* panel : {&left_, &right_})
        if (const int width = sizes.value(splitter_->indexOf(panel->widget));
            !panel->widget->isHidden() && width > 0)
            panel->width = width / scale_;
}

void PanelFolds::setTextScale(double scale) {
    if (scale == scale_)
        return;
    scale_ = scale;
    for (Panel* panel : {&left_, &right_})
        panel->widget->setMinimumWidth(static_cast<int>(std::lround(panel->least * scale_)));
    place();
}

/// Gives every panel in sight the width it has at this text size; the view between takes what is left.
void PanelFolds::place() {
    QList<int> sizes = splitter_->sizes();
    int freed = 0;
    for (Panel* panel : {&left_, &right_}) {
        const int i = splitter_->indexOf(panel->widget);
        if (panel->widget->isHidden() || panel->placed_scale == scale_ || i < 0)
            continue;
        panel->placed_scale = scale_;
        const int wanted = static_cast<int>(std::lround(panel->width * scale_));
        freed += sizes[i] - wanted;
        sizes[i] = wanted;
    }
    if (freed == 0)
        return;
    const int view = splitter_->indexOf(left_.widget) + 1;
    sizes[view] = std::max(1, sizes[view] + freed);
    splitter_->setSizes(sizes);
}

void PanelFolds::toggle(Panel& panel) {
    if (presenting_ || panel.no_room || panel.taken) {
        panel.insisted = panel.widget->isHidden() && panel.no_room;
        panel.widget->setVisible(panel.widget->isHidden());
        place();
        tellFolded();
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
    if (window_.isValid())
        setRoom(window_, least_view_);
}

void PanelFolds::show() {
    for (const Panel* panel : {&left_, &right_})
        panel->widget->setVisible(panel->mayShow(presenting_));
    place();
    tellFolded();
}

void PanelFolds::tellFolded() {
    const auto folded = [this](const Panel& panel) { return panel.widget->isHidden() && !panel.taken && !presenting_; };
    emit foldedChanged(folded(left_), folded(right_));
}

void PanelFolds::setRoom(QSize window, int least_view) {
    window_ = window;
    least_view_ = least_view;
    const auto tight = [&](double left) { return window.width() - left - right_.width - kViewMargins < least_view; };
    // What stands in the right panel's place stays: the left one gives way.
    const bool left_gives_way = right_.taken && tight(left_.width) && !left_.insisted;
    squeeze(left_, window.width() < kRoomForOne || isLowWindow(window) || left_gives_way);
    const bool right_gives_way = tight(left_.widget->isHidden() ? 0.0 : left_.width) && !right_.insisted;
    squeeze(right_, window.width() < kRoomForBoth || isLowWindow(window) || right_gives_way);
}

void PanelFolds::squeeze(Panel& panel, bool no_room) {
    if (panel.no_room == no_room)
        return; // one that a person opened all the same stays open
    panel.no_room = no_room;
    panel.widget->setVisible(panel.mayShow(presenting_));
    place();
    tellFolded();
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
    return key.startsWith(QStringLiteral("left")) ? tr("folding of the left panel")
                                                  : tr("folding of the right panel");
}

} // namespace headlight::ui
