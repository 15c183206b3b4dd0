#include "core/analysis/token_alignment.h"

#include "core/base/memory.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace headlight {

namespace {

using Word = std::uint64_t;
constexpr std::size_t kBits = 64;

/// Tokens as numbers: equal tokens, equal numbers.
using Numbers = std::vector<std::uint32_t>;

class Aligner {
public:
    Aligner(Numbers a, Numbers b, const RunControl& control)
        : a_(std::move(a))
        , b_(std::move(b))
        , control_(control) {
        for (std::size_t i = 0; i < b_.size(); ++i)
            places_[b_[i]].push_back(i);
    }

    /// False when stopped.
    bool align(TokenRange a, TokenRange b) {
        while (a.size() > 0 && b.size() > 0 && a_[a.begin] == b_[b.begin])
            matches_.emplace_back(a.begin++, b.begin++);
        std::size_t n_behind = 0;
        while (a.size() > 0 && b.size() > 0 && a_[a.end - 1] == b_[b.end - 1]) {
            --a.end;
            --b.end;
            ++n_behind;
        }
        if (!alignMiddle(a, b))
            return false;
        for (std::size_t i = 0; i < n_behind; ++i)
            matches_.emplace_back(a.end + i, b.end + i);
        return true;
    }

    [[nodiscard]] const std::vector<std::pair<std::size_t, std::size_t>>& matches() const { return matches_; }

private:
    bool alignMiddle(TokenRange a, TokenRange b) {
        if (control_.stopRequested())
            return false;
        if (a.size() == 0 || b.size() == 0)
            return true;
        if (a.size() == 1) {
            const auto found = std::find(b_.begin() + std::ptrdiff_t(b.begin),
                                         b_.begin() + std::ptrdiff_t(b.end), a_[a.begin]);
            if (found != b_.begin() + std::ptrdiff_t(b.end))
                matches_.emplace_back(a.begin, static_cast<std::size_t>(found - b_.begin()));
            return true;
        }
        const std::size_t middle = a.begin + a.size() / 2;
        const std::vector<std::uint32_t> before = lengths({a.begin, middle}, b, false);
        const std::vector<std::uint32_t> behind = lengths({middle, a.end}, b, true);
        std::size_t cut = 0;
        std::uint32_t most = 0;
        for (std::size_t j = 0; j <= b.size(); ++j)
            if (const std::uint32_t length = before[j] + behind[b.size() - j]; length > most) {
                most = length;
                cut = j;
            }
        return most == 0 || (align({a.begin, middle}, {b.begin, b.begin + cut}) &&
                             align({middle, a.end}, {b.begin + cut, b.end}));
    }

    /// [b.size() + 1]: the longest common subsequence of `a` with the first j tokens of `b`; `reversed`: read
    /// backwards, with the last j.
    [[nodiscard]] std::vector<std::uint32_t> lengths(TokenRange a, TokenRange b, bool reversed) const {
        std::vector<Word> row((b.size() + kBits - 1) / kBits, ~Word{0});
        std::vector<Word> match(row.size(), 0);
        for (std::size_t step = 0; step < a.size(); ++step) {
            const auto found = places_.find(a_[reversed ? a.end - 1 - step : a.begin + step]);
            if (found == places_.end())
                continue;
            std::ranges::fill(match, Word{0});
            const auto& places = found->second;
            for (auto place = std::ranges::lower_bound(places, b.begin);
                 place != places.end() && *place < b.end; ++place) {
                const std::size_t bit = reversed ? b.end - 1 - *place : *place - b.begin;
                match[bit / kBits] |= Word{1} << (bit % kBits);
            }
            Word carry = 0;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const Word hit = row[i] & match[i];
                Word sum = 0;
                const bool first = __builtin_add_overflow(row[i], hit, &sum);
                const bool second = __builtin_add_overflow(sum, carry, &sum);
                carry = first || second ? 1 : 0;
                row[i] = sum | (row[i] & ~match[i]);
            }
        }
        std::vector<std::uint32_t> counts(b.size() + 1, 0);
        for (std::size_t j = 0; j < b.size(); ++j)
            counts[j + 1] = counts[j] + ((row[j / kBits] >> (j % kBits) & 1) == 0 ? 1 : 0);
        return counts;
    }

    Numbers a_, b_;
    const RunControl& control_;
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> places_; ///< of each token in b, ascending
    std::vector<std::pair<std::size_t, std::size_t>> matches_;
};

Result<Alignment> aligned(std::span<const std::string> a, std::span<const std::string> b,
                          const RunControl& control) {
    std::unordered_map<std::string, std::uint32_t> numbers;
    const auto numbered = [&](std::span<const std::string> tokens) {
        Numbers list;
        for (const std::string& token : tokens)
            list.push_back(numbers.emplace(token, static_cast<std::uint32_t>(numbers.size())).first->second);
        return list;
    };
    Aligner aligner(numbered(a), numbered(b), control);
    if (!aligner.align({0, a.size()}, {0, b.size()}))
        return cancelledError();
    Alignment pairs;
    std::size_t next_a = 0, next_b = 0;
    const auto gapsUpTo = [&](std::size_t end_a, std::size_t end_b) {
        while (next_a < end_a)
            pairs.push_back({next_a++, {}});
        while (next_b < end_b)
            pairs.push_back({{}, next_b++});
    };
    for (const auto& [in_a, in_b] : aligner.matches()) {
        gapsUpTo(in_a, in_b);
        pairs.push_back({next_a++, next_b++});
    }
    gapsUpTo(a.size(), b.size());
    return pairs;
}

} // namespace

Result<Alignment> alignTokens(std::span<const std::string> a, std::span<const std::string> b,
                              const RunControl& control) {
    return guardMemory([&] { return aligned(a, b, control); });
}

} // namespace headlight
