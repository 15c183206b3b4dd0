#include "ui/lines/lines_layout.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kLabelGap = 10.0;     // between a word and its lines
constexpr double kLargestColumn = 0.3; // of the width
constexpr double kWidestLines = 560.0; // in figures' type; longer lines are harder to follow with the eye
constexpr double kWideTitle = 560.0;   // narrower ones break the line that says what is shown
constexpr double kNumberRoom = 44.0;   // beside the words: the weights of an isolated token

} // namespace

double LinesLayout::contentHeight() const {
    return double(std::max(n_queries, n_keys)) * row_height;
}

double LinesLayout::largestScroll() const {
    return std::max(0.0, contentHeight() - area.height());
}

std::optional<std::size_t> LinesLayout::tokenAt(double at, std::size_t n_tokens) const {
    const double row = std::floor((at - area.top() + scroll) / row_height);
    if (!area.isValid() || at < area.top() || at >= area.bottom() || row < 0.0 || row >= double(n_tokens))
        return std::nullopt;
    return static_cast<std::size_t>(row);
}

TokenRange LinesLayout::inSight(std::size_t n_tokens) const {
    const double first = std::clamp(std::floor(scroll / row_height), 0.0, double(n_tokens));
    const double end = std::clamp(std::ceil((scroll + area.height()) / row_height), first, double(n_tokens));
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(end)};
}

double LinesLayout::fittingRow() const {
    return std::min(tallest_row,
                    area.height() / double(std::max<std::size_t>(1, std::max(n_queries, n_keys))));
}

void LinesLayout::setScroll(double pixels) {
    scroll = std::clamp(pixels, 0.0, largestScroll());
}

void LinesLayout::zoomAt(double at, double factor) {
    const double row = (at - area.top() + scroll) / row_height;
    row_height = std::clamp(row_height * factor, fittingRow(), std::max(tallest_row, fittingRow()));
    setScroll(row * row_height - (at - area.top()));
}

void LinesLayout::fit(bool whole) {
    row_height = whole ? fittingRow() : std::max(fittingRow(), kReadableRow);
    setScroll(0.0);
}

void LinesLayout::reveal(std::size_t i) {
    const double top = double(i) * row_height;
    if (top < scroll)
        setScroll(top);
    else if (top + row_height > scroll + area.height())
        setScroll(top + row_height - area.height());
}

LinesLayout layoutLines(const QRectF& area, const ColumnExtents& extents, const HeatmapFonts& fonts,
                        const HeatmapParts& parts) {
    LinesLayout layout;
    QRectF rest = area.adjusted(kLinesMarginX, kLinesMarginY, -kLinesMarginX, -kLinesMarginY);
    const double line = QFontMetricsF(fonts.caption).height();
    if (parts.title) {
        const double lines = rest.width() < kWideTitle ? 3.0 : 2.0; // what it shows, and the heads
        const double height = QFontMetricsF(fonts.title).height() + lines * line + 8.0;
        layout.title = QRectF(rest.topLeft(), QSizeF(rest.width(), height));
        rest.setTop(rest.top() + height + 8.0);
    }
    const double largest = kLargestColumn * rest.width();
    const double left = std::min(extents.queries, largest) + kLabelGap + kNumberRoom;
    const double right = std::min(extents.keys, largest) + kLabelGap + kNumberRoom;
    const double type = std::max(1.0, double(fonts.body.pixelSize()) / figureFonts().body.pixelSize());
    layout.tallest_row = kTallestRow * type * type;
    const double lines = std::min(kWidestLines * type, std::max(40.0, rest.width() - left - right));
    const double width = std::min(rest.width(), left + lines + right);
    layout.area = QRectF(rest.center().x() - width / 2.0, rest.top(), width, std::max(0.0, rest.height()));
    layout.left_edge = layout.area.left() + left;
    layout.right_edge = layout.area.right() - right;
    return layout;
}

} // namespace headlight::ui
