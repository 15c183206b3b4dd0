#include "core/analysis/interventions/change_place.h"

#include <algorithm>

namespace headlight {
namespace {

bool same(const SetScore& a, const SetScore& b) {
    return a.cell == b.cell;
}
bool same(const SetMask& a, const SetMask& b) {
    return a.cell == b.cell;
}
bool same(const SetWeight& a, const SetWeight& b) {
    return a.cell == b.cell;
}
bool same(const SetScale& a, const SetScale& b) {
    return a.kind == b.kind && a.layer == b.layer && a.head == b.head;
}
bool same(const SetTemperature& a, const SetTemperature& b) {
    return a.kind == b.kind && a.layer == b.layer && a.head == b.head;
}
bool same(const SetHeadOutput& a, const SetHeadOutput& b) {
    return a.head == b.head;
}
bool same(const SetPosition& a, const SetPosition& b) {
    return a.stack == b.stack && a.token == b.token;
}
bool same(const SwapTokens& a, const SwapTokens& b) {
    return a.stack == b.stack && std::minmax(a.first, a.second) == std::minmax(b.first, b.second);
}
bool same(const SwitchOffPositions&, const SwitchOffPositions&) {
    return true;
}

} // namespace

bool samePlace(const Change& a, const Change& b) {
    return a.index() == b.index() &&
           std::visit([&b]<class C>(const C& change) { return same(change, std::get<C>(b)); }, a);
}

std::optional<MapCellAddress> cellOf(const Change& change) {
    return std::visit(
        []<class C>(const C& c) -> std::optional<MapCellAddress> {
            if constexpr (requires { c.cell; })
                return c.cell;
            else
                return std::nullopt;
        },
        change);
}

std::optional<HeadAddress> headOf(const Change& change) {
    if (const auto cell = cellOf(change))
        return cell->head;
    if (const auto* output = std::get_if<SetHeadOutput>(&change))
        return output->head;
    if (const auto* scale = std::get_if<SetScale>(&change); scale != nullptr && scale->head)
        return HeadAddress{scale->kind, scale->layer, *scale->head};
    if (const auto* temperature = std::get_if<SetTemperature>(&change);
        temperature != nullptr && temperature->head)
        return HeadAddress{temperature->kind, temperature->layer, *temperature->head};
    return std::nullopt;
}

} // namespace headlight
