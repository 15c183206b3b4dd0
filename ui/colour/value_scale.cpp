#include "ui/colour/value_scale.h"

#include <QStringList>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr int kLogDecades = 5;
constexpr std::size_t kMostLinearKeys = 64; // spread evenly over more, a weight is below 0.016: black in every colour map

/// Every `stride`-th of the labels, first and last always among them.
std::vector<ScaleTick> ticksOf(const QStringList& labels, int n_most) {
    const int n_steps = static_cast<int>(labels.size()) - 1;
    int stride = 1;
    while (stride < n_steps && (n_steps % stride != 0 || n_steps / stride + 1 > n_most))
        ++stride;
    std::vector<ScaleTick> ticks;
    for (int i = 0; i <= n_steps; i += stride)
        ticks.push_back({static_cast<float>(i) / static_cast<float>(n_steps), labels[i]});
    return ticks;
}

} // namespace

ScaleKind scaleForKeys(std::size_t n_keys) {
    return n_keys > kMostLinearKeys ? ScaleKind::RowRelative : ScaleKind::Linear;
}

float scalePosition(ScaleKind kind, float weight, float row_maximum) {
    switch (kind) {
    case ScaleKind::Linear: return weight;
    case ScaleKind::Logarithmic:
        return weight <= kLogFloor ? 0.0f : 1.0f + std::log10(weight) / static_cast<float>(kLogDecades);
    case ScaleKind::RowRelative: return row_maximum > 0.0f ? weight / row_maximum : 0.0f;
    }
    return weight;
}

std::vector<ScaleTick> scaleTicks(ScaleKind kind, int n_most) {
    n_most = std::max(n_most, 2);
    switch (kind) {
    case ScaleKind::Linear:
        return ticksOf({QStringLiteral("0"), QStringLiteral("0.25"), QStringLiteral("0.5"), QStringLiteral("0.75"),
                        QStringLiteral("1")}, n_most);
    case ScaleKind::Logarithmic: // superscript digits instead of markup, so that SVG and PDF keep plain text
        return ticksOf({QStringLiteral("≤ 10⁻⁵"), QStringLiteral("10⁻⁴"), QStringLiteral("10⁻³"), QStringLiteral("10⁻²"),
                        QStringLiteral("10⁻¹"), QStringLiteral("1")}, n_most);
    case ScaleKind::RowRelative:
        return ticksOf({QStringLiteral("0 %"), QStringLiteral("25 %"), QStringLiteral("50 %"), QStringLiteral("75 %"),
                        QStringLiteral("100 %")}, n_most);
    }
    return {};
}

std::vector<ScaleTick> signedTicks(ScaleKind kind, float limit, int n_most) {
    QStringList labels;
    for (const int quarter : {-4, -2, 0, 2, 4}) {
        const double part = quarter / 4.0;
        const QString number = kind == ScaleKind::RowRelative
                                   ? QStringLiteral("%1 %").arg(std::abs(part) * 100.0)
                                   : QString::number(std::abs(part) * static_cast<double>(limit), 'g', 2);
        labels << (quarter == 0 ? QStringLiteral("0") : (quarter < 0 ? QStringLiteral("−") : QStringLiteral("+")) + number);
    }
    return ticksOf(labels, n_most);
}

QString signedUnit(ScaleKind kind, const QString& what) {
    return kind == ScaleKind::RowRelative ? QStringLiteral("of the row’s\nlargest %1").arg(what) : what;
}

QString scaleUnit(ScaleKind kind) {
    return kind == ScaleKind::RowRelative ? QStringLiteral("of the row’s\nlargest weight") : QStringLiteral("weight");
}

QString scaleName(ScaleKind kind) {
    switch (kind) {
    case ScaleKind::Linear: return QStringLiteral("linear");
    case ScaleKind::Logarithmic: return QStringLiteral("log");
    case ScaleKind::RowRelative: return QStringLiteral("row-relative");
    }
    return {};
}

} // namespace headlight::ui
