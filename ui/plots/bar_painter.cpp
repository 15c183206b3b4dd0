// Words with bars: probabilities before and after, what is cut shown as cut.
#include "ui/heatmap/token_label.h"
#include "ui/plots/panel_layout.h"
#include "ui/plots/plot_painters.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr double kBarHeight = 8.0;

void paintBar(QPainter& painter, const QRectF& room, double fraction, const QColor& colour) {
    if (fraction <= 0.0)
        return;
    const double length = std::max(1.5, room.width() * std::clamp(fraction, 0.0, 1.0));
    const QRectF bar(room.left(), room.center().y() - kBarHeight / 2.0, length, kBarHeight);
    const double radius = std::min(2.0, length / 2.0);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawRoundedRect(bar, radius, radius);
}

QRectF rowRect(const BarGrid& grid, const QRectF& picture, std::size_t row) {
    return {picture.left(), grid.words.top() + double(row) * grid.row_height, picture.width(),
            grid.row_height};
}

} // namespace

void paintPlot(QPainter& painter, const BarPlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit) {
    const Theme& theme = *look.theme;
    const BarGrid grid = barGrid(plot, picture, look.fonts);
    const QFontMetricsF body(look.fonts.body), caption(look.fonts.caption);
    painter.setFont(look.fonts.caption);
    painter.setPen(theme.text_muted);
    for (std::size_t i = 0; i < plot.columns.size(); ++i) {
        const QString name =
            caption.elidedText(plot.columns[i].name, Qt::ElideRight, grid.columns[i].width());
        const double left = plot.columns[i].is_bar
                                ? grid.columns[i].left()
                                : grid.columns[i].right() - caption.horizontalAdvance(name);
        painter.drawText(QPointF(left, picture.top() + caption.ascent()), name);
    }
    for (std::size_t r = 0; r < plot.rows.size(); ++r) {
        const BarPlot::Row& row = plot.rows[r];
        const QRectF whole = rowRect(grid, picture, r);
        if (hit && hit->row == r) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.chip);
            painter.drawRoundedRect(whole.adjusted(-4, 0, 4, 0), 4, 4);
        }
        QFont font = look.fonts.body;
        font.setWeight(row.strong ? QFont::DemiBold : QFont::Normal);
        font.setStrikeOut(row.cut);
        const double baseline = whole.top() + (whole.height() + body.ascent() - body.descent()) / 2.0;
        painter.setFont(font);
        painter.setPen(row.cut || row.muted ? theme.text_muted : theme.text);
        painter.drawText(
            QPointF(whole.left(), baseline),
            QFontMetricsF(font).elidedText(visibleWord(row.word), Qt::ElideMiddle, grid.words.width()));
        font.setStrikeOut(false);
        painter.setFont(font);
        for (std::size_t i = 0; i < plot.columns.size(); ++i) {
            const QRectF cell = grid.columns[i].translated(0, double(r) * grid.row_height);
            if (plot.columns[i].is_bar) {
                QColor colour = plot.words_are_keys ? theme.key : theme.text_muted;
                if (!row.strong)
                    colour.setAlphaF(0.55f);
                paintBar(painter, cell.adjusted(0, 0, -grid.number_widths[i], 0), row.fractions[i], colour);
            }
            painter.setPen(row.cut ? theme.text_muted : theme.text);
            drawTabularRight(painter, cell.right(), baseline, row.numbers[i]);
        }
    }
}

std::optional<PanelHit> plotHit(const BarPlot& plot, const QRectF& picture, const HeatmapFonts& fonts,
                                const QPointF& at) {
    const BarGrid grid = barGrid(plot, picture, fonts);
    PanelHit hit;
    for (std::size_t i = 0; i < plot.columns.size(); ++i)
        if (at.y() >= picture.top() && at.y() < grid.words.top() && at.x() >= grid.columns[i].left() &&
            at.x() <= grid.columns[i].right()) {
            hit.tool_tip = plot.columns[i].tool_tip;
            return hit;
        }
    for (std::size_t r = 0; r < plot.rows.size(); ++r)
        if (rowRect(grid, picture, r).contains(at)) {
            hit.row = r;
            hit.text = plot.rows[r].note;
            return hit;
        }
    return std::nullopt;
}

} // namespace headlight::ui
