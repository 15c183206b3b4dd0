// Remembers how recent words were tokenized, so that common words are merged once.
#pragma once

#include "core/tokenizer/hash.h"
#include "core/tokenizer/token_model.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace headlight {

/// A direct-mapped cache of short words, one a thread and shared by all models on it: entries carry their owner's
/// number, so models never see each other's words. Fixed size; nothing is allocated a word.
class WordCache {
public:
    struct Key {
        std::uint64_t hash = 0;
    };

    WordCache();
    WordCache(const WordCache&) = delete;
    WordCache& operator=(const WordCache&) = delete;

    [[nodiscard]] Key keyOf(std::string_view word) const { return {mixHash(hashBytes(word) ^ owner_, 0x9E3779B97F4A7C15u)}; }
    /// Appends the word's tokens if they are known.
    bool find(Key key, std::string_view word, std::vector<ModelToken>& out) const;
    /// Remembers the tokens, if word and tokens are short enough.
    void store(Key key, std::string_view word, std::span<const ModelToken> tokens) const;

private:
    static constexpr std::size_t max_word = 24;
    static constexpr std::size_t max_tokens = 6;
    struct Entry {
        std::uint64_t owner = 0; // 0: empty
        std::array<TokenId, max_tokens> ids{};
        std::array<std::uint8_t, max_tokens> ends{};
        std::uint8_t n_tokens = 0;
        std::uint8_t word_length = 0;
        std::array<char, max_word> word{};
    };
    [[nodiscard]] static Entry& entryOf(Key key);

    std::uint64_t owner_;
};

} // namespace headlight
