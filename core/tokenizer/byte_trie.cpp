#include "core/tokenizer/byte_trie.h"

#include <algorithm>
#include <array>

namespace headlight {

struct ByteTrie::Builder {
    using Entry = std::pair<std::string_view, std::uint32_t>;

    std::vector<Unit>& units;
    const std::vector<Entry>& entries; // sorted, unique, not empty
    std::vector<std::size_t> free_in_block;
    std::size_t first_open_block = 0;     // blocks before this are considered full

    struct Range {
        std::uint32_t node;
        std::size_t begin, end, depth;
    };

    void addBlock() { units.resize(units.size() + 256); }

    /// A base such that every child slot (base ^ byte) is free; opens a new block when the last few have no room.
    std::uint32_t findBase(const unsigned char* bytes, std::size_t count) {
        constexpr std::size_t open_blocks = 24; // how far back to look: a trade of loading time against size
        const std::size_t n_blocks = units.size() / 256;
        if (n_blocks > open_blocks)
            first_open_block = std::max(first_open_block, n_blocks - open_blocks);
        for (std::size_t block = first_open_block; block < n_blocks; ++block) {
            if (free_in_block[block] < count)
                continue;
            for (std::uint32_t low = 0; low < 256; ++low) {
                const auto base = static_cast<std::uint32_t>(block * 256) + low;
                bool fits = true;
                for (std::size_t i = 0; i < count && fits; ++i)
                    fits = units[base ^ bytes[i]].parent == none;
                if (fits)
                    return base;
            }
        }
        addBlock();
        free_in_block.push_back(256);
        return static_cast<std::uint32_t>(units.size() - 256);
    }

    void build() {
        addBlock();
        free_in_block.push_back(255);
        units[root].parent = no_parent;
        std::vector<Range> pending{{root, 0, entries.size(), 0}};
        std::array<unsigned char, 256> bytes{};
        std::array<std::size_t, 257> begins{};
        while (!pending.empty()) {
            const Range range = pending.back();
            pending.pop_back();
            std::size_t i = range.begin;
            if (entries[i].first.size() == range.depth)
                units[range.node].value = entries[i++].second;
            std::size_t count = 0;
            for (; i < range.end; ++i) {
                const auto byte = static_cast<unsigned char>(entries[i].first[range.depth]);
                if (count == 0 || bytes[count - 1] != byte) {
                    bytes[count] = byte;
                    begins[count++] = i;
                }
            }
            begins[count] = range.end;
            if (count == 0)
                continue;
            const std::uint32_t base = findBase(bytes.data(), count);
            units[range.node].base = base;
            free_in_block[base / 256] -= count;
            for (std::size_t k = 0; k < count; ++k)
                units[base ^ bytes[k]].parent = range.node;
            for (std::size_t k = count; k-- > 0;)
                pending.push_back({base ^ bytes[k], begins[k], begins[k + 1], range.depth + 1});
        }
    }
};

ByteTrie::ByteTrie(std::vector<std::pair<std::string_view, std::uint32_t>> entries) {
    std::erase_if(entries, [](const auto& entry) { return entry.first.empty(); });
    std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (const auto& entry : entries) {
        if (kept > 0 && entries[kept - 1].first == entry.first)
            entries[kept - 1] = entry;
        else
            entries[kept++] = entry;
    }
    entries.resize(kept);
    if (entries.empty()) {
        units_.resize(256);
        units_[root].parent = no_parent;
        return;
    }
    Builder builder{units_, entries, {}};
    builder.build();
}

std::pair<std::size_t, std::uint32_t> ByteTrie::longestPrefix(std::string_view text) const {
    std::pair<std::size_t, std::uint32_t> best{0, none};
    if (units_.empty())
        return best;
    std::uint32_t node = root;
    for (std::size_t i = 0; i < text.size(); ++i) {
        node = step(node, static_cast<unsigned char>(text[i]));
        if (node == none)
            break;
        if (value(node) != none)
            best = {i + 1, value(node)};
    }
    return best;
}

} // namespace headlight
