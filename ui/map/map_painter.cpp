#include "ui/map/map_painter.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kBarLeft = 8.0; // of the size bars, right of a frame
constexpr double kBarRoom = 34.0;
constexpr double kTextLeft = 10.0; // in a box
constexpr double kTextSides = 18.0;
constexpr double kBesideTitle = 8.0;

QFont strongCaption(const HeatmapFonts& fonts) {
    QFont strong = fonts.caption;
    strong.setWeight(QFont::DemiBold);
    return strong;
}

QRectF sizeBar(const MapFrame& frame, std::size_t i, double largest) {
    // Layers from below, as the stream runs.
    const double height = frame.rect.height() / double(std::max<std::size_t>(1, frame.sizes.size()));
    const double length = largest > 0.0 ? std::max(1.0, kBarRoom * frame.sizes[i] / largest) : 0.0;
    const double bar = std::clamp(height - 1.0, 0.5, 14.0);
    const double middle = frame.rect.bottom() - (double(i) + 0.5) * height;
    return {frame.rect.right() + kBarLeft, middle - bar / 2.0, length, bar};
}

class MapPainter {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::MapPainter)
public:
    MapPainter(QPainter& painter, const MapScene& scene)
        : painter_(painter)
        , scene_(scene)
        , theme_(*scene.theme)
        , caption_(scene.fonts.caption) {}

    void paint() {
        painter_.setRenderHint(QPainter::Antialiasing, true);
        for (const MapFrame& frame : scene_.map->frames)
            paintFrame(frame);
        for (const MapArrow& arrow : scene_.map->arrows)
            paintArrow(arrow);
        for (std::size_t i = 0; i < scene_.map->blocks.size(); ++i)
            paintBlock(scene_.map->blocks[i], scene_.hovered == i);
    }

private:
    void text(const QFont& font, const QColor& colour, const QPointF& at, const QString& words, double room) {
        painter_.setFont(font);
        painter_.setPen(colour);
        painter_.drawText(at, QFontMetricsF(font).elidedText(words, Qt::ElideRight, room));
    }

    void paintFrame(const MapFrame& frame) {
        painter_.setPen(QPen(theme_.hairline, frame.is_stack ? 1.2 : 1.0));
        painter_.setBrush(frame.is_stack ? theme_.canvas : theme_.window);
        painter_.drawRoundedRect(frame.rect, 10, 10);
        QFont font = frame.is_stack ? scene_.fonts.body : scene_.fonts.caption;
        font.setWeight(QFont::DemiBold);
        text(font, frame.is_stack ? theme_.text : theme_.text_muted,
             frame.rect.topLeft() + QPointF(10, 6 + QFontMetricsF(font).ascent()), frame.title,
             frame.rect.width() / 2 - 16);
        paintSizes(frame);
    }

    void paintSizes(const MapFrame& frame) {
        if (frame.is_stack)
            paintSizesHeading(frame);
        if (frame.sizes.empty() || scene_.map->largest_size <= 0.0)
            return;
        painter_.setPen(Qt::NoPen);
        painter_.setBrush(theme_.text_muted);
        for (std::size_t i = 0; i < frame.sizes.size(); ++i)
            painter_.drawRect(sizeBar(frame, i, scene_.map->largest_size));
        const double room = frame.rect.height() / double(frame.sizes.size());
        for (std::size_t i = 0; i < frame.sizes.size(); ++i) {
            if (room < caption_.height() && i + 1 != frame.sizes.size() && i != 0)
                continue;
            const QRectF bar = sizeBar(frame, i, scene_.map->largest_size);
            text(scene_.fonts.caption, theme_.text_muted,
                 QPointF(frame.rect.right() + kBarLeft + kBarRoom + 3,
                         bar.center().y() + caption_.capHeight() / 2),
                 numberText(frame.sizes[i]), 42);
        }
    }

    /// What the bars of a stack's layers are, above them.
    void paintSizesHeading(const MapFrame& stack) {
        const auto& frames = scene_.map->frames;
        const auto layer = std::ranges::find_if(frames, [&](const MapFrame& frame) {
            return !frame.is_stack && frame.stack == stack.stack && !frame.sizes.empty();
        });
        if (layer == frames.end() || scene_.map->largest_size <= 0.0)
            return;
        const double left = layer->rect.right() + kBarLeft;
        const double room = stack.rect.right() - left - 2;
        const QPointF first(left, stack.rect.top() + 4 + caption_.ascent());
        text(scene_.fonts.caption, theme_.text_muted, first, tr("stream RMS"), room);
        text(scene_.fonts.caption, theme_.text_muted, first + QPointF(0, caption_.height()),
             tr("after a layer"), room);
    }

    void paintArrow(const MapArrow& arrow) {
        const QColor colour = arrow.kind == MapArrow::Kind::Cross ? theme_.key : theme_.text_muted;
        QPen pen(colour, arrow.kind == MapArrow::Kind::Flow ? 1.2 : 1.6);
        pen.setJoinStyle(Qt::RoundJoin);
        painter_.setPen(pen);
        painter_.setBrush(Qt::NoBrush);
        QPainterPath path(arrow.points.front());
        for (std::size_t i = 1; i < arrow.points.size(); ++i) {
            const QPointF& corner = arrow.points[i];
            if (i + 1 == arrow.points.size()) {
                path.lineTo(corner);
                continue;
            }
            // A rounded corner.
            const QPointF before = corner - arrow.points[i - 1], after = arrow.points[i + 1] - corner;
            const double radius =
                std::min({6.0, std::hypot(before.x(), before.y()) / 2, std::hypot(after.x(), after.y()) / 2});
            const auto unit = [](const QPointF& v) {
                const double n = std::hypot(v.x(), v.y());
                return n > 0 ? v / n : v;
            };
            path.lineTo(corner - unit(before) * radius);
            path.quadTo(corner, corner + unit(after) * radius);
        }
        painter_.drawPath(path);
        const QPointF tip = arrow.points.back(), from = arrow.points[arrow.points.size() - 2];
        const double length = std::hypot(tip.x() - from.x(), tip.y() - from.y());
        if (length < 1.0)
            return;
        const QPointF along = (tip - from) / length, across(-along.y(), along.x());
        painter_.setPen(Qt::NoPen);
        painter_.setBrush(colour);
        painter_.drawPolygon(QPolygonF{tip, tip - along * 6 + across * 3.2, tip - along * 6 - across * 3.2});
    }

    void paintBlock(const MapBlock& block, bool hovered) {
        const bool selected = scene_.selected && showsHead(block, *scene_.selected);
        painter_.setPen(QPen(selected  ? theme_.accent
                             : hovered ? theme_.text
                                       : theme_.hairline,
                             selected ? 2.0 : 1.0));
        painter_.setBrush(block.kind == MapBlockKind::Norm ? theme_.canvas
                          : block.kind == MapBlockKind::Attention || block.kind == MapBlockKind::FeedForward
                              ? theme_.chip
                              : theme_.card);
        if (block.kind == MapBlockKind::Add) {
            painter_.drawEllipse(block.rect);
            painter_.setPen(QPen(theme_.text, 1.4));
            const QPointF c = block.rect.center();
            painter_.drawLine(c - QPointF(4, 0), c + QPointF(4, 0));
            painter_.drawLine(c - QPointF(0, 4), c + QPointF(0, 4));
            return;
        }
        painter_.drawRoundedRect(block.rect, 6, 6);
        const double left = block.rect.left() + kTextLeft, room = block.rect.width() - kTextSides;
        if (block.kind == MapBlockKind::Norm) {
            const QString words = block.detail.isEmpty()
                                      ? block.title
                                      : QStringLiteral("%1 · %2").arg(block.title, block.detail);
            text(scene_.fonts.caption, theme_.text_muted,
                 QPointF(left, block.rect.center().y() + caption_.capHeight() / 2), words, room);
            return;
        }
        const QFont strong = strongCaption(scene_.fonts);
        if (block.rect.height() < 2.0 * caption_.height() + 4.0) { // a line: the detail stands beside the title
            const double baseline = block.rect.center().y() + caption_.capHeight() / 2;
            const double title = QFontMetricsF(strong).horizontalAdvance(block.title) + kBesideTitle;
            text(strong, theme_.text, QPointF(left, baseline), block.title, room);
            if (title < room)
                text(scene_.fonts.caption, theme_.text_muted, QPointF(left + title, baseline), block.detail, room - title);
            return;
        }
        text(strong, theme_.text, QPointF(left, block.rect.top() + 4 + caption_.ascent()), block.title, room);
        text(scene_.fonts.caption, theme_.text_muted,
             QPointF(left, block.rect.top() + 4 + caption_.height() + caption_.ascent()), block.detail, room);
    }

    QPainter& painter_;
    const MapScene& scene_;
    const Theme& theme_;
    QFontMetricsF caption_;
};

} // namespace

double mapBlockTextWidth(const MapBlock& block, const HeatmapFonts& fonts) {
    return std::ceil(QFontMetricsF(strongCaption(fonts)).horizontalAdvance(block.title) + kBesideTitle +
                     QFontMetricsF(fonts.caption).horizontalAdvance(block.detail) + kTextSides + 1.0);
}

bool showsHead(const MapBlock& block, const HeadAddress& head) {
    return block.attention == head.kind && (!block.layer || *block.layer == head.layer.value);
}

void paintMap(QPainter& painter, const MapScene& scene) {
    painter.save();
    MapPainter(painter, scene).paint();
    painter.restore();
}

std::optional<std::size_t> mapBlockAt(const ArchitectureMap& map, const QPointF& at) {
    for (std::size_t i = 0; i < map.blocks.size(); ++i)
        if (map.blocks[i].rect.contains(at))
            return i;
    return std::nullopt;
}

std::optional<std::size_t> mapFrameAt(const ArchitectureMap& map, const QPointF& at) {
    for (std::size_t i = map.frames.size(); i-- > 0;) // layers lie on top of their stack
        if (map.frames[i].rect.contains(at))
            return i;
    return std::nullopt;
}

std::optional<MapSizeBar> mapSizeBarAt(const ArchitectureMap& map, const QPointF& at) {
    for (const MapFrame& frame : map.frames)
        for (std::size_t i = 0; i < frame.sizes.size(); ++i) {
            QRectF bar = sizeBar(frame, i, map.largest_size);
            bar.setWidth(kBarRoom + 44.0);
            const double height = frame.rect.height() / double(frame.sizes.size());
            bar.setTop(bar.center().y() - height / 2.0);
            bar.setHeight(height);
            if (bar.contains(at))
                return MapSizeBar{frame.first_layer + i, frame.sizes[i]};
        }
    return std::nullopt;
}

} // namespace headlight::ui
