#include "core/analysis/token_repeats.h"

#include <unordered_map>

namespace headlight {

TokenRepeats::TokenRepeats(std::span<const std::int32_t> ids) {
    std::unordered_map<std::int32_t, std::uint32_t> group_of;
    for (std::size_t position = 0; position < ids.size(); ++position) {
        const auto [found, is_new] = group_of.try_emplace(ids[position], static_cast<std::uint32_t>(groups_.size()));
        if (is_new)
            groups_.emplace_back();
        std::vector<std::uint32_t>& group = groups_[found->second];
        group_.push_back(found->second);
        rank_.push_back(static_cast<std::uint32_t>(group.size()));
        group.push_back(static_cast<std::uint32_t>(position));
    }
}

std::size_t TokenRepeats::nRepeated() const { return group_.size() - groups_.size(); }

} // namespace headlight
