#include "ui/overview/head_order_json.h"

#include <QJsonArray>
#include <QString>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kMostLayers = 1e6;

QString keyText(std::string_view key) { return QString::fromUtf8(key.data(), static_cast<qsizetype>(key.size())); }

std::optional<HeadMeasure> measureFrom(const QJsonValue& value) { return measureOfKey(value.toString().toStdString()); }

void readSort(const QJsonObject& json, HeadOrder& order) {
    const QString sort = json[QStringLiteral("sort")].toString();
    if (sort == QStringLiteral("layer"))
        order.sort = HeadSort::Layer;
    else if (sort == QStringLiteral("head"))
        order.sort = HeadSort::Head;
    else if (sort == QStringLiteral("role"))
        order.sort = HeadSort::Role;
    else if (const auto measure = measureFrom(json[QStringLiteral("sort")])) {
        order.sort = HeadSort::Measure;
        order.measure = *measure;
    }
    order.descending = json[QStringLiteral("descending")].toBool(order.descending);
}

void readRoles(const QJsonValue& roles, HeadOrder& order) {
    if (!roles.isArray())
        return;
    order.roles.clear();
    for (const QJsonValue key : roles.toArray())
        for (const RoleInfo& info : allRoles())
            if (key.toString() == keyText(info.key) && std::ranges::find(order.roles, info.role) == order.roles.end())
                order.roles.push_back(info.role);
}

void readRange(const QJsonValue& range, HeadOrder& order) {
    if (range.isNull())
        order.range.reset();
    const QJsonArray parts = range.toArray();
    const auto measure = parts.size() == 3 ? measureFrom(parts[0]) : std::nullopt;
    if (!measure || !parts[1].isDouble() || !parts[2].isDouble() || parts[1].toDouble() > parts[2].toDouble())
        return;
    order.range = MeasureRange{*measure, parts[1].toDouble(), parts[2].toDouble()};
}

void readLayers(const QJsonValue& layers, HeadOrder& order) {
    if (layers.isNull())
        order.layers.reset();
    const QJsonArray ends = layers.toArray();
    const double first = ends.size() == 2 ? ends[0].toDouble(-1.0) : -1.0;
    const double last = ends.size() == 2 ? ends[1].toDouble(-1.0) : -1.0;
    if (first >= 0.0 && last >= first && last < kMostLayers)
        order.layers = LayerSpan{static_cast<std::size_t>(first), static_cast<std::size_t>(last)};
}

} // namespace

QJsonObject orderToJson(const HeadOrder& order) {
    QJsonObject json;
    json[QStringLiteral("sort")] = order.sort == HeadSort::Layer  ? QStringLiteral("layer")
                                   : order.sort == HeadSort::Head ? QStringLiteral("head")
                                   : order.sort == HeadSort::Role ? QStringLiteral("role")
                                                                  : keyText(measureInfo(order.measure).key);
    json[QStringLiteral("descending")] = order.descending;
    QJsonArray roles;
    for (const HeadRole role : order.roles)
        roles.append(keyText(roleInfo(role).key));
    json[QStringLiteral("roles")] = roles;
    json[QStringLiteral("range")] = order.range ? QJsonValue(QJsonArray{keyText(measureInfo(order.range->measure).key), order.range->lowest, order.range->highest})
                                                : QJsonValue(QJsonValue::Null);
    json[QStringLiteral("layers")] = order.layers ? QJsonValue(QJsonArray{static_cast<double>(order.layers->first), static_cast<double>(order.layers->last)})
                                                  : QJsonValue(QJsonValue::Null);
    return json;
}

HeadOrder orderFromJson(const QJsonObject& json, const HeadOrder& otherwise) {
    HeadOrder order = otherwise;
    readSort(json, order);
    readRoles(json[QStringLiteral("roles")], order);
    readRange(json[QStringLiteral("range")], order);
    readLayers(json[QStringLiteral("layers")], order);
    return order;
}

} // namespace headlight::ui
