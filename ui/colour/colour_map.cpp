#include "ui/colour/colour_map.h"

#include "ui/colour/colour_tables.h"

#include <cmath>

namespace headlight::ui {
namespace {

std::array<QRgb, 256> opaque(const std::array<std::uint32_t, 256>& table) {
    std::array<QRgb, 256> result{};
    for (std::size_t i = 0; i < table.size(); ++i)
        result[i] = 0xff000000u | table[i];
    return result;
}

/// White to near black; the paper stays white, the strongest cell keeps a little light for the number on it.
std::array<QRgb, 256> greys() {
    std::array<QRgb, 256> result{};
    for (int i = 0; i < 256; ++i) {
        const int level = 255 - i * 235 / 255;
        result[static_cast<std::size_t>(i)] = qRgb(level, level, level);
    }
    return result;
}

int mixed(int from, int to, double t) {
    return static_cast<int>(std::lround(from + (to - from) * t));
}

/// Orange - white - blue. The ends are the theme's meanings of minus and plus and equally dark, so that
/// neither sign looks stronger; 128 entries a side, white in the two middle ones.
std::array<QRgb, 256> signedTable() {
    constexpr int kNegative[3] = {0xd9, 0x52, 0x0b};
    constexpr int kPositive[3] = {0x3a, 0x58, 0xd6};
    std::array<QRgb, 256> result{};
    for (int i = 0; i < 128; ++i) {
        const double t = i / 127.0;
        const auto at = [&](const int (&end)[3]) {
            return qRgb(mixed(255, end[0], t), mixed(255, end[1], t), mixed(255, end[2], t));
        };
        result[static_cast<std::size_t>(127 - i)] = at(kNegative);
        result[static_cast<std::size_t>(128 + i)] = at(kPositive);
    }
    return result;
}

} // namespace

ColourMap::ColourMap(ColourMapKind kind) : kind_(kind) {
    switch (kind) {
    case ColourMapKind::Viridis: table_ = opaque(kViridisTable); break;
    case ColourMapKind::Magma: table_ = opaque(kMagmaTable); break;
    case ColourMapKind::Cividis: table_ = opaque(kCividisTable); break;
    case ColourMapKind::Greys: table_ = greys(); break;
    case ColourMapKind::Signed: table_ = signedTable(); break;
    }
}

const ColourMap& colourMap(ColourMapKind kind) {
    static const std::array<ColourMap, 5> maps = {
        ColourMap(ColourMapKind::Viridis), ColourMap(ColourMapKind::Magma), ColourMap(ColourMapKind::Cividis),
        ColourMap(ColourMapKind::Greys), ColourMap(ColourMapKind::Signed)};
    return maps[static_cast<std::size_t>(kind)];
}

QString colourMapName(ColourMapKind kind) {
    switch (kind) {
    case ColourMapKind::Viridis: return QStringLiteral("viridis");
    case ColourMapKind::Magma: return QStringLiteral("magma");
    case ColourMapKind::Cividis: return QStringLiteral("cividis");
    case ColourMapKind::Greys: return QStringLiteral("greys");
    case ColourMapKind::Signed: return QStringLiteral("signed");
    }
    return {};
}

std::vector<ColourMapKind> weightColourMaps() {
    return {ColourMapKind::Viridis, ColourMapKind::Magma, ColourMapKind::Cividis, ColourMapKind::Greys};
}

} // namespace headlight::ui
