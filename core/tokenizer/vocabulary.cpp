#include "core/tokenizer/vocabulary.h"

#include "core/tokenizer/hash.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace headlight {

std::size_t Vocabulary::slotOf(std::string_view token) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hashBytes(token) & mask;
    while (slots_[slot] != 0 && textOf(entries_[slots_[slot] - 1]) != token)
        slot = (slot + 1) & mask;
    return slot;
}

Result<Vocabulary> Vocabulary::build(const std::vector<std::pair<std::string_view, std::int64_t>>& entries, const std::string& file,
                                     const std::string& item, bool last_token_wins) {
    const auto refuse = [&](std::string summary, std::string where, std::string expected, std::string found, std::string cause) {
        return makeError(ErrorKind::Tokenizer, std::move(summary))
            .inFile(file)
            .atItem(std::move(where))
            .butFound(std::move(expected), std::move(found))
            .because(std::move(cause))
            .nextStep("Get the tokenizer's files again.");
    };
    if (entries.size() > max_entries)
        return refuse("the vocabulary has too many entries", item, "at most " + std::to_string(max_entries), std::to_string(entries.size()),
                      "the file is not a tokenizer's");
    Vocabulary vocabulary;
    std::size_t n_characters = 0;
    std::int64_t highest = -1;
    for (const auto& [token, id] : entries) {
        n_characters += token.size();
        if (id < 0 || id > std::numeric_limits<TokenId>::max())
            return refuse("a token id is out of range", item + "[\"" + std::string(token) + "\"]", "0 to 2147483647", std::to_string(id),
                          "the file is damaged or was edited");
        highest = std::max(highest, id);
    }
    if (n_characters > std::numeric_limits<std::uint32_t>::max())
        return refuse("the vocabulary is too large", item, "less than 4 GiB of text", std::to_string(n_characters) + " bytes", "the file is not a tokenizer's");
    vocabulary.characters_.reserve(n_characters);
    vocabulary.entries_.reserve(entries.size());
    vocabulary.slots_.assign(std::bit_ceil(std::max<std::size_t>(entries.size() * 2, 4)), 0);
    const bool dense = highest < static_cast<std::int64_t>(entries.size()) * 4 + 65536;
    if (dense)
        vocabulary.by_id_.assign(static_cast<std::size_t>(highest + 1), 0);
    for (const auto& [token, wide_id] : entries) {
        const auto id = static_cast<TokenId>(wide_id);
        const std::size_t slot = vocabulary.slotOf(token);
        if (vocabulary.slots_[slot] != 0 && !last_token_wins)
            return refuse("a token appears twice in the vocabulary", item, "every token once", "\"" + std::string(token) + "\" twice",
                          "the file is damaged or was edited");
        vocabulary.n_tokens_ += vocabulary.slots_[slot] == 0 ? 1 : 0;
        std::uint32_t& by_id = dense ? vocabulary.by_id_[static_cast<std::size_t>(id)] : vocabulary.sparse_by_id_[id];
        if (by_id != 0)
            return refuse("two tokens have the same id", item, "every id once",
                          "\"" + std::string(vocabulary.textOf(vocabulary.entries_[by_id - 1])) + "\" and \"" + std::string(token) + "\" both have " +
                              std::to_string(id),
                          "the file is damaged or was edited");
        vocabulary.entries_.push_back({static_cast<std::uint32_t>(vocabulary.characters_.size()), static_cast<std::uint32_t>(token.size()), id});
        vocabulary.characters_.append(token);
        vocabulary.slots_[slot] = by_id = static_cast<std::uint32_t>(vocabulary.entries_.size());
    }
    return vocabulary;
}

std::optional<TokenId> Vocabulary::find(std::string_view token) const {
    if (slots_.empty())
        return std::nullopt;
    const std::uint32_t entry = slots_[slotOf(token)];
    if (entry == 0)
        return std::nullopt;
    return entries_[entry - 1].id;
}

std::optional<std::string_view> Vocabulary::token(TokenId id) const {
    std::uint32_t entry = 0;
    if (!by_id_.empty()) {
        if (id >= 0 && static_cast<std::size_t>(id) < by_id_.size())
            entry = by_id_[static_cast<std::size_t>(id)];
    } else if (const auto found = sparse_by_id_.find(id); found != sparse_by_id_.end()) {
        entry = found->second;
    }
    if (entry == 0)
        return std::nullopt;
    return textOf(entries_[entry - 1]);
}

} // namespace headlight
