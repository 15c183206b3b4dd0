#include "core/tokenizer/word_cache.h"

#include <atomic>
#include <cstring>

namespace headlight {
namespace {

constexpr std::size_t n_entries = 8192;

std::uint64_t nextOwner() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

} // namespace

WordCache::WordCache() : owner_(nextOwner()) {}

WordCache::Entry& WordCache::entryOf(Key key) {
    thread_local std::vector<Entry> entries(n_entries);
    return entries[(key.hash >> 20) % n_entries];
}

bool WordCache::find(Key key, std::string_view word, std::vector<ModelToken>& out) const {
    if (word.size() > max_word)
        return false;
    const Entry& entry = entryOf(key);
    if (entry.owner != owner_ || entry.word_length != word.size() || std::memcmp(entry.word.data(), word.data(), word.size()) != 0)
        return false;
    std::uint32_t begin = 0;
    for (std::size_t i = 0; i < entry.n_tokens; ++i) {
        out.push_back({entry.ids[i], begin, entry.ends[i], false});
        begin = entry.ends[i];
    }
    return true;
}

void WordCache::store(Key key, std::string_view word, std::span<const ModelToken> tokens) const {
    if (word.size() > max_word || tokens.size() > max_tokens)
        return;
    Entry& entry = entryOf(key);
    entry.owner = owner_;
    entry.word_length = static_cast<std::uint8_t>(word.size());
    std::memcpy(entry.word.data(), word.data(), word.size());
    entry.n_tokens = static_cast<std::uint8_t>(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        entry.ids[i] = tokens[i].id;
        entry.ends[i] = static_cast<std::uint8_t>(tokens[i].end);
    }
}

} // namespace headlight
