#include "ui/heatmap/heatmap_layout.h"

#include "ui/colour/legend.h"
#include "ui/heatmap/axis_labels.h"
#include "ui/heatmap/map_tile.h"
#include "ui/heatmap/profile_painter.h"
#include "ui/theme/theme.h"
#include "ui/theme/wrapped_lines.h"

#include <QFontInfo>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace headlight::ui {
namespace {

constexpr double kPadding = 16.0;
constexpr double kLabelGap = 12.0;          // 8 between word and map, a little air outside
constexpr double kLegendGap = 24.0;
constexpr double kLeastOfLowMap = 0.8;     // of the width its height gives it
constexpr double kMostForWords = 0.36;      // of the height: then the words above the map are elided
constexpr double kMostForTitle = 0.12;      // of the height, for each of its texts: then they are elided
constexpr std::size_t kFewestPixels = 150;  // a map of so many tokens is never pooled
constexpr double kRoomForProfiles = 240.0; // with less the map needs it all
constexpr double kMostLetters = 11.0;       // a word may take this many ems of the body type before it is elided

QFont withPixels(QFont font, int pixels) {
    font.setPixelSize(pixels);
    return font;
}

bool hidesAny(const MapSource& source) {
    const std::size_t n_rows = source.nRows();
    // What a row sees begins and ends later from row to row: the first and the last row tell.
    return n_rows > 0 && (source.visible(0).end < source.nColumns() || source.visible(n_rows - 1).begin > 0);
}

bool hasGap(const MapAxis& axis) {
    for (std::size_t i = 0; !axis.allShown() && i < axis.size(); ++i)
        if (axis.mark(i) == AxisMark::Gap)
            return true;
    return false;
}

double heightOnSlant(double extent, double line_height) {
    const double angle = kLabelAngle * std::numbers::pi / 180.0;
    return extent * std::sin(angle) + line_height * std::cos(angle) / 2;
}

} // namespace

HeatmapFonts screenFonts() {
    const auto sized = [](TextRole role, bool strong) {
        const QFont font = themeFont(role, strong);
        return withPixels(font, std::max(1, QFontInfo(font).pixelSize()));
    };
    return {sized(TextRole::Caption, false), sized(TextRole::Body, false), sized(TextRole::Title, true)};
}

HeatmapFonts figureFonts() {
    const auto sized = [](TextRole role, bool strong, int pixels) {
        QFont font = withPixels(themeFont(role, strong), pixels);
        font.setHintingPreference(QFont::PreferNoHinting); // widths then scale exactly with the resolution
        return font;
    };
    return {sized(TextRole::Caption, false, 11), sized(TextRole::Body, false, 12), sized(TextRole::Title, true, 15)};
}

HeatmapMeasures measureHeatmap(const HeadMap& map, const HeatmapSettings& settings, const HeatmapFonts& fonts) {
    HeatmapMeasures measures;
    if (map.empty())
        return measures;
    const double most = kMostLetters * fonts.body.pixelSize();
    measures.row_longest = longestWord(map.queries.words, fonts.body);
    measures.column_longest = longestWord(map.keys.words, fonts.body);
    // Long axes put a number beside the word.
    const auto number = [&](const AxisTokens& tokens) {
        const QFontMetricsF metrics(fonts.body);
        const auto n = static_cast<std::size_t>(tokens.words.size());
        return n > 24 ? metrics.horizontalAdvance(QString::number(tokens.number(n - 1))) + 0.5 * metrics.height() : 0.0;
    };
    measures.row_extent = std::min(measures.row_longest + number(map.queries), most);
    measures.column_extent = std::min(measures.column_longest + number(map.keys), most);
    const MapSourcePtr source = map.shown();
    measures.any_masked = hidesAny(*source);
    TileRequest whole; // the longest that can stand there: of a long text several weights share a pixel
    whole.settings = settings;
    const auto longest = static_cast<std::size_t>(std::max(map.queries.words.size(), map.keys.words.size()));
    whole.pool_rows = whole.pool_columns = 1 + longest / kFewestPixels;
    measures.subtitle = heatmapSubtitle(map, whole);
    measures.alterations = map.alterationText();
    measures.any_gap = hasGap(source->rows()) || hasGap(source->columns());
    measures.n_rows = static_cast<std::size_t>(map.queries.words.size());
    measures.n_columns = static_cast<std::size_t>(map.keys.words.size());
    measures.legend_width = legendWidth(heatmapLegend(map, settings, fonts, measures));
    return measures;
}

Legend heatmapLegend(const HeadMap& map, const HeatmapSettings& settings, const HeatmapFonts& fonts,
                     const HeatmapMeasures& measures) {
    Legend legend{.map = settings.colour_map, .scale = settings.scale, .font = fonts.caption, .text = {}, .masked = {},
                  .hairline = {}, .show_masked = measures.any_masked};
    legend.threshold = settings.threshold;
    legend.show_gaps = measures.any_gap;
    if (map.isSigned()) {
        legend.map = ColourMapKind::Signed;
        legend.signed_limit = map.limit;
        if (!map.role.isEmpty())
            legend.signed_name = QStringLiteral("after\n− before");
    }
    return legend;
}

double heatmapLegendRoom(const HeatmapMeasures& measures) { return std::ceil(kLegendGap + measures.legend_width); }

HeatmapLayout layoutHeatmap(const QRectF& area, const HeatmapMeasures& measures, const HeatmapFonts& fonts,
                            const HeatmapParts& parts) {
    const QFontMetricsF body(fonts.body);
    HeatmapLayout layout;
    const double margin = parts.tight ? 2.0 : kPadding;
    QRectF rest = area.adjusted(margin, margin, -margin, -margin);
    if (parts.title) {
        const double line = QFontMetricsF(fonts.caption).height();
        const int most = std::max(2, static_cast<int>(rest.height() * kMostForTitle / line));
        const auto wrapped = [&](const QString& text) { return wrappedLines(text, fonts.caption, rest.width(), most); };
        layout.subtitle_lines = std::max(1, static_cast<int>(wrapped(measures.subtitle).size()));
        layout.alterations = wrapped(measures.alterations);
        const auto lines = static_cast<double>(layout.subtitle_lines + layout.alterations.size());
        const double height = QFontMetricsF(fonts.title).height() + lines * line + 2.0;
        layout.title = QRectF(rest.left(), rest.top(), rest.width(), height);
        rest.setTop(rest.top() + height + kPadding / 2);
    }
    layout.profiles = parts.profiles && std::min(rest.width(), rest.height()) >= kRoomForProfiles;
    if (layout.profiles)
        rest.setBottom(rest.bottom() - kProfileRoom);
    const double beside = layout.profiles ? kProfileRoom : 0.0;
    // What the bars below say stands beside them, however short the words.
    const double said = layout.profiles ? QFontMetricsF(fonts.caption).horizontalAdvance(QStringLiteral("up to 0.000")) : 0.0;
    const double left = std::min(std::max(measures.row_extent, said) + kLabelGap, rest.width() * 0.3);
    const double slanted = heightOnSlant(measures.column_extent, body.height());
    const auto topFor = [&](double extent) { return std::min(extent + kLabelGap, rest.height() * kMostForWords); };
    // The last slanted label leans over the legend's column, which may have what a low map leaves beside itself, and
    // a little of it.
    const double map_width = (rest.height() - topFor(slanted)) / double(std::max<std::size_t>(1, measures.n_rows)) *
                             double(measures.n_columns);
    const double most_right = std::max(rest.width() * 0.3, rest.width() - left - kLeastOfLowMap * map_width);
    layout.legend = parts.legend;
    const double asked = beside + (!parts.legend ? 0.0 : parts.tight ? heatmapLegendRoom(measures) : kLegendGap + measures.legend_width);
    const auto rightFor = [&](double lean) { return std::min(std::max(asked, lean), most_right); };
    // Narrow columns stand their words upright, which takes more room above the map and none beside it: known once the
    // map has its height.
    const auto angleWith = [&](double right) {
        const double map_height = rest.height() - topFor(slanted);
        const double cell = std::min((rest.width() - left - right) / double(std::max<std::size_t>(1, measures.n_columns)),
                                     map_height / double(std::max<std::size_t>(1, measures.n_rows)));
        return planAxis(Side::Columns, cell, fonts.body, measures.column_longest).angle;
    };
    const double angle = angleWith(rightFor(0.0));
    const bool leans = angle == kLabelAngle || (angle == 0.0 && parts.legend); // else the legend's column is wide enough
    const double right = rightFor(leans ? slanted : 0.0);
    const bool upright = angleWith(right) == 90.0;
    const double top = topFor(upright ? measures.column_extent : slanted);
    layout.row_extent = std::max(0.0, left - kLabelGap);
    const double slant = std::numbers::pi / 180.0 * kLabelAngle;
    // On a slant the corner of the type stands out above the word's end.
    const double corner = upright ? 0.0 : body.height() * std::cos(slant) / 2;
    layout.column_extent = std::max(0.0, (top - kLabelGap - corner) / std::sin(slant));
    layout.map = QRectF(rest.left() + left, rest.top() + top, rest.width() - left - right, rest.height() - top);
    return layout;
}

} // namespace headlight::ui
