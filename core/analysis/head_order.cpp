#include "core/analysis/head_order.h"

#include <algorithm>

namespace headlight {

namespace {

bool passes(const HeadTable& table, const HeadAddress& head, const HeadOrder& order) {
    if (order.layers && (head.layer.value < order.layers->first || head.layer.value > order.layers->last))
        return false;
    if (!order.roles.empty()) {
        const auto role = table.role(head);
        if (!role || std::ranges::find(order.roles, *role) == order.roles.end())
            return false;
    }
    if (order.range) {
        const auto value = table.value(head, order.range->measure);
        if (!value || *value < order.range->lowest || *value > order.range->highest)
            return false;
    }
    return true;
}

/// What to sort by, as numbers that grow; nothing comes last.
struct SortValue {
    std::optional<double> first;
    double second = 0.0;
};

SortValue sortValue(const HeadTable& table, const HeadAddress& head, const HeadOrder& order) {
    switch (order.sort) {
    case HeadSort::Layer: return {double(head.layer.value), double(head.head.value)};
    case HeadSort::Head: return {double(head.head.value), double(head.layer.value)};
    case HeadSort::Measure: return {table.value(head, order.measure), 0.0};
    case HeadSort::Role: break;
    }
    const auto role = table.role(head);
    if (!role)
        return {};
    const double decided = *role == HeadRole::None ? 0.0 : table.value(head, roleInfo(*role).measure).value_or(0.0);
    return {double(static_cast<int>(&roleInfo(*role) - allRoles().data())), order.descending ? decided : -decided};
}

} // namespace

std::vector<HeadAddress> arrangeHeads(const HeadTable& table, const HeadOrder& order) {
    std::vector<std::pair<SortValue, HeadAddress>> heads;
    for (std::size_t index = 0; index < table.size(); ++index) {
        const HeadAddress head = table.addressOf(index);
        if (passes(table, head, order))
            heads.emplace_back(sortValue(table, head, order), head);
    }
    const auto before = [descending = order.descending](const auto& one, const auto& other) {
        const SortValue& a = one.first;
        const SortValue& b = other.first;
        if (!a.first || !b.first)
            return a.first.has_value() && !b.first;
        if (*a.first != *b.first)
            return descending ? *a.first > *b.first : *a.first < *b.first;
        return descending ? a.second > b.second : a.second < b.second;
    };
    std::stable_sort(heads.begin(), heads.end(), before);
    std::vector<HeadAddress> arranged;
    arranged.reserve(heads.size());
    for (const auto& [value, head] : heads)
        arranged.push_back(head);
    return arranged;
}

} // namespace headlight
