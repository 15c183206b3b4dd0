// Token strings and their ids, looked up both ways.
#pragma once

#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace headlight {

/// Immutable. Ids may leave gaps, as Hugging Face allows.
class Vocabulary {
public:
    /// More entries are refused: no real vocabulary comes near, and a hostile file must not fill the memory.
    static constexpr std::size_t max_entries = 4'000'000;

    Vocabulary() = default;
    /// Refuses negative, too large and duplicate ids, duplicate tokens (unless `last_token_wins`, as in vocab.txt and
    /// Unigram lists) and too many entries. `file` and `item` are for messages.
    static Result<Vocabulary> build(const std::vector<std::pair<std::string_view, std::int64_t>>& entries, const std::string& file,
                                    const std::string& item, bool last_token_wins = false);

    [[nodiscard]] std::optional<TokenId> find(std::string_view token) const;
    [[nodiscard]] std::optional<std::string_view> token(TokenId id) const;
    /// Number of different token strings.
    [[nodiscard]] std::size_t size() const { return n_tokens_; }
    /// Calls f(token, id) for every token string once.
    template <class Function>
    void forEach(Function f) const {
        for (const std::uint32_t slot : slots_)
            if (slot != 0)
                f(textOf(entries_[slot - 1]), entries_[slot - 1].id);
    }

private:
    struct Entry {
        std::uint32_t begin;
        std::uint32_t length;
        TokenId id;
    };
    [[nodiscard]] std::string_view textOf(const Entry& entry) const { return std::string_view(characters_).substr(entry.begin, entry.length); }
    [[nodiscard]] std::size_t slotOf(std::string_view token) const;

    std::string characters_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> slots_; // open addressing by token; 0 empty, else entry + 1; a power of two
    std::vector<std::uint32_t> by_id_; // entry + 1 by id, where ids are dense enough
    std::unordered_map<TokenId, std::uint32_t> sparse_by_id_;
    std::size_t n_tokens_ = 0;
};

} // namespace headlight
