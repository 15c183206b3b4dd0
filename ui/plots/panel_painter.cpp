#include "ui/plots/panel_painter.h"

#include "ui/plots/panel_layout.h"
#include "ui/plots/plot_painters.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace headlight::ui {

double panelHeight(const PlotPanel& panel, double width, const HeatmapFonts& fonts) {
    const QRectF picture = frameOf(panel, QRectF(0, 0, width, 4000), fonts).picture;
    const double around = 4000.0 - picture.height();
    double height = panel.height * QFontMetricsF(fonts.body).height() / 17.0; // pictures grow with the text
    if (const auto* turns = std::get_if<TurnPlot>(&panel.plot))
        height = turnHeight(*turns, picture.width(), fonts);
    else if (const auto* bars = std::get_if<BarPlot>(&panel.plot)) {
        const BarGrid grid = barGrid(*bars, picture, fonts);
        height = grid.head_height + grid.row_height * double(bars->rows.size());
    } else if (const auto* facts = std::get_if<FactPlot>(&panel.plot))
        height = factsHeight(*facts, picture.width(), fonts);
    return around + height;
}

std::optional<PanelHit> panelHit(const PlotPanel& panel, const QRectF& area, const HeatmapFonts& fonts,
                                 const QPointF& at) {
    const QRectF picture = frameOf(panel, area, fonts).picture;
    return std::visit([&](const auto& plot) { return plotHit(plot, picture, fonts, at); }, panel.plot);
}

void paintPanel(QPainter& painter, const PlotPanel& panel, const QRectF& area, const PanelLook& look,
                std::optional<QPointF> cursor) {
    const Theme& theme = *look.theme;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    if (look.card) {
        painter.setPen(QPen(theme.hairline, 1.0));
        painter.setBrush(theme.card);
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 8.0, 8.0);
    }
    const PanelFrame frame = frameOf(panel, area, look.fonts);
    QFont strong = look.fonts.body;
    strong.setWeight(QFont::DemiBold);
    const QFontMetricsF title(strong), caption(look.fonts.caption);
    painter.setFont(strong);
    painter.setPen(theme.text);
    painter.drawText(QPointF(frame.title.left(), frame.title.top() + title.ascent()),
                     title.elidedText(panel.title, Qt::ElideMiddle, frame.title.width()));
    painter.setFont(look.fonts.caption);
    painter.setPen(theme.text_muted);
    double baseline = frame.note.top() + caption.ascent();
    for (const QString& line : frame.note_lines) {
        painter.drawText(QPointF(frame.note.left(), baseline), line);
        baseline += caption.height();
    }
    std::optional<PanelHit> hit;
    if (cursor)
        hit = std::visit([&](const auto& plot) { return plotHit(plot, frame.picture, look.fonts, *cursor); },
                         panel.plot);
    std::visit([&](const auto& plot) { paintPlot(painter, plot, frame.picture, look, hit); }, panel.plot);
    if (hit && !hit->text.isEmpty()) {
        painter.setFont(look.fonts.caption);
        painter.setPen(theme.text);
        painter.drawText(QPointF(frame.readout.left(), frame.readout.top() + caption.ascent()),
                         caption.elidedText(hit->text, Qt::ElideMiddle, frame.readout.width()));
    }
    painter.restore();
}

} // namespace headlight::ui
