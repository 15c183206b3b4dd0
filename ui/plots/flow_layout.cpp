#include "ui/plots/flow_layout.h"

#include <QWidget>

#include <algorithm>
#include <utility>
#include <vector>

namespace headlight::ui {

namespace {
constexpr int kUsualGap = 16;
constexpr int kLineGap = 4;
} // namespace

FlowLayout::FlowLayout(QWidget* parent)
    : QLayout(parent) {
    setContentsMargins(0, 0, 0, 0);
    setSpacing(kUsualGap);
}

FlowLayout::~FlowLayout() {
    while (QLayoutItem* const item = takeAt(0))
        delete item;
}

QLayoutItem* FlowLayout::takeAt(int index) {
    return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

QSize FlowLayout::minimumSize() const {
    QSize size;
    for (const QLayoutItem* item : items_)
        if (!item->isEmpty())
            size = size.expandedTo(item->minimumSize());
    return size;
}

void FlowLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

int FlowLayout::arrange(const QRect& rect, bool move) const {
    int x = rect.x(), y = rect.y(), height = 0;
    std::vector<std::pair<QLayoutItem*, QRect>> line;
    const auto finish_line = [&] { // on one middle, as words and fields of different heights read best
        for (const auto& [item, place] : line)
            if (move)
                item->setGeometry(place.translated(0, (height - place.height()) / 2));
        line.clear();
    };
    for (QLayoutItem* const item : items_) {
        if (item->isEmpty())
            continue; // hidden
        const QSize size = item->sizeHint().boundedTo(QSize(std::max(rect.width(), 1), 10000));
        if (x > rect.x() && x + size.width() > rect.right() + 1) {
            finish_line();
            x = rect.x();
            y += height + kLineGap;
            height = 0;
        }
        line.emplace_back(item, QRect(QPoint(x, y), size));
        x += size.width() + spacing();
        height = std::max(height, size.height());
    }
    finish_line();
    return y + height - rect.y();
}

} // namespace headlight::ui
