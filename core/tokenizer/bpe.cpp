#include "core/tokenizer/bpe.h"

#include "core/tokenizer/hash.h"
#include "core/tokenizer/unicode.h"
#include "core/tokenizer/word_cache.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace headlight {
namespace {

constexpr std::uint32_t no_rank = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t no_symbol = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kept_symbols = 64 * 1024; // a thread gives the memory of longer words back

struct Merge {
    std::uint32_t rank = no_rank;
    TokenId result = -1;
};

/// (left id, right id) -> merge; open addressing.
class MergeTable {
public:
    explicit MergeTable(std::size_t n_merges) : slots_(std::bit_ceil(std::max<std::size_t>(n_merges * 2, 16))) {}

    void set(TokenId left, TokenId right, Merge merge) {
        Slot& slot = slots_[slotOf(keyOf(left, right))];
        slot = {keyOf(left, right), merge};
    }
    [[nodiscard]] Merge find(TokenId left, TokenId right) const { return slots_[slotOf(keyOf(left, right))].merge; }

private:
    static constexpr std::uint64_t empty = std::numeric_limits<std::uint64_t>::max(); // ids are never negative
    struct Slot {
        std::uint64_t key = empty;
        Merge merge;
    };
    static std::uint64_t keyOf(TokenId left, TokenId right) {
        return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) | static_cast<std::uint32_t>(right);
    }
    [[nodiscard]] std::size_t slotOf(std::uint64_t key) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = mixHash(key, 0x9E3779B97F4A7C15u) & mask;
        while (slots_[slot].key != empty && slots_[slot].key != key)
            slot = (slot + 1) & mask;
        return slot;
    }
    std::vector<Slot> slots_;
};

/// A symbol of a word being merged, in a linked list; `merge` is the one with its right neighbour.
struct Symbol {
    TokenId id = 0;
    std::uint32_t length = 0; // bytes; 0 once merged into the left neighbour
    std::uint32_t previous = no_symbol;
    std::uint32_t next = no_symbol;
    Merge merge;
};

struct Candidate {
    std::uint32_t rank = 0;
    std::uint32_t position = 0;
    TokenId result = 0;
    [[nodiscard]] bool operator>(const Candidate& other) const {
        return rank != other.rank ? rank > other.rank : position > other.position;
    }
};

struct Workspace {
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
    std::string spelled; // a symbol with its prefix and suffix
};
Workspace& workspace() {
    thread_local Workspace value;
    return value;
}

class Bpe final : public TokenModel {
public:
    Bpe(Vocabulary vocabulary, MergeTable merges, BpeOptions options, std::string file)
        : TokenModel(std::move(vocabulary), std::move(file)), merges_(std::move(merges)), options_(std::move(options)) {
        plain_ = options_.continuing_subword_prefix.empty() && options_.end_of_word_suffix.empty();
        if (options_.byte_fallback)
            byte_ids_ = byteTokenIds(vocabulary_);
        if (options_.unknown_token)
            unknown_id_ = vocabulary_.find(*options_.unknown_token).value_or(-1);
        for (unsigned c = 0; c < 128; ++c) {
            const char byte = static_cast<char>(c);
            ascii_ids_[c] = vocabulary_.find({&byte, 1}).value_or(-1);
        }
    }

    Result<void> tokenize(std::string_view piece, std::vector<ModelToken>& out) const override {
        if (options_.ignore_merges) {
            if (const auto id = vocabulary_.find(piece)) {
                out.push_back({*id, 0, static_cast<std::uint32_t>(piece.size()), false});
                return {};
            }
        }
        const WordCache::Key key = cache_.keyOf(piece);
        if (cache_.find(key, piece, out))
            return {};
        const std::size_t first = out.size();
        Workspace& work = workspace();
        work.symbols.clear();
        HEADLIGHT_CHECK(addSymbols(piece, work));
        mergeSymbols(work);
        std::uint32_t begin = 0;
        for (const Symbol& symbol : work.symbols) {
            if (symbol.length == 0)
                continue;
            out.push_back({symbol.id, begin, begin + symbol.length, false});
            begin += symbol.length;
        }
        cache_.store(key, piece, std::span(out).subspan(first));
        if (work.symbols.size() > kept_symbols)
            work = Workspace();
        return {};
    }

    [[nodiscard]] bool mergesPairs() const override { return true; }

private:
    static void add(std::vector<Symbol>& symbols, TokenId id, std::uint32_t length) {
        const auto at = static_cast<std::uint32_t>(symbols.size());
        if (at > 0)
            symbols.back().next = at;
        symbols.push_back({id, length, at > 0 ? at - 1 : no_symbol, no_symbol, {}});
    }

    [[nodiscard]] TokenId idOf(std::string_view character, bool is_first, bool is_last, std::string& spelled) const {
        if (plain_)
            return character.size() == 1 ? ascii_ids_[static_cast<unsigned char>(character[0])] : vocabulary_.find(character).value_or(-1);
        spelled.clear();
        if (!is_first)
            spelled += options_.continuing_subword_prefix;
        spelled += character;
        if (is_last)
            spelled += options_.end_of_word_suffix;
        return vocabulary_.find(spelled).value_or(-1);
    }

    /// The byte tokens of an unknown character, if the vocabulary has them all.
    bool addBytes(std::string_view bytes, std::vector<Symbol>& symbols) const {
        const auto has = [this](char b) { return byte_ids_[static_cast<unsigned char>(b)] >= 0; };
        if (!std::all_of(bytes.begin(), bytes.end(), has))
            return false;
        for (const char b : bytes)
            add(symbols, byte_ids_[static_cast<unsigned char>(b)], 1);
        return true;
    }

    /// One symbol a character. Characters without a token become byte tokens, the unknown token, or nothing at all.
    Result<void> addSymbols(std::string_view piece, Workspace& work) const {
        std::uint32_t unknown_length = 0; // of an unknown token not yet added
        const auto flushUnknown = [&] {
            if (unknown_length > 0)
                add(work.symbols, unknown_id_, unknown_length);
            unknown_length = 0;
        };
        for (std::size_t i = 0; i < piece.size();) {
            const std::size_t length = utf8Length(static_cast<unsigned char>(piece[i]));
            const std::string_view character = piece.substr(i, length);
            const bool is_first = i == 0;
            i += length;
            const TokenId id = idOf(character, is_first, i == piece.size(), work.spelled);
            if (id >= 0) {
                flushUnknown();
                add(work.symbols, id, static_cast<std::uint32_t>(length));
                continue;
            }
            if (options_.byte_fallback && addBytes(plain_ ? character : std::string_view(work.spelled), work.symbols))
                continue;
            if (!options_.unknown_token)
                continue;
            if (unknown_id_ < 0)
                return missingUnknownToken(*options_.unknown_token, character);
            if (!options_.fuse_unknown)
                flushUnknown();
            unknown_length += static_cast<std::uint32_t>(length);
        }
        flushUnknown();
        return {};
    }

    void findMerge(std::vector<Symbol>& symbols, std::uint32_t left, std::vector<Candidate>& heap) const {
        Symbol& symbol = symbols[left];
        symbol.merge = symbol.next == no_symbol ? Merge{} : merges_.find(symbol.id, symbols[symbol.next].id);
        if (symbol.merge.rank != no_rank) {
            heap.push_back({symbol.merge.rank, left, symbol.merge.result});
            std::push_heap(heap.begin(), heap.end(), std::greater<>());
        }
    }

    void mergeSymbols(Workspace& work) const {
        auto& [symbols, heap, spelled] = work;
        heap.clear();
        for (std::uint32_t i = 0; i + 1 < symbols.size(); ++i)
            findMerge(symbols, i, heap);
        while (!heap.empty()) {
            const Candidate top = heap.front();
            std::pop_heap(heap.begin(), heap.end(), std::greater<>());
            heap.pop_back();
            Symbol& left = symbols[top.position];
            // An entry is stale when its symbol is gone or its pair now gives something else.
            if (left.length == 0 || left.next == no_symbol || left.merge.rank == no_rank || left.merge.result != top.result)
                continue;
            Symbol& right = symbols[left.next];
            left.id = top.result;
            left.length += right.length;
            left.next = right.next;
            right.length = 0;
            if (left.next != no_symbol)
                symbols[left.next].previous = top.position;
            if (left.previous != no_symbol)
                findMerge(symbols, left.previous, heap);
            findMerge(symbols, top.position, heap);
        }
    }

    MergeTable merges_;
    BpeOptions options_;
    bool plain_ = true; // neither prefix nor suffix
    std::array<TokenId, 128> ascii_ids_{};
    std::vector<TokenId> byte_ids_; // with byte fallback
    TokenId unknown_id_ = -1;
    WordCache cache_;
};

} // namespace

Result<std::pair<std::string, std::string>> splitMerge(std::string_view line, std::size_t number, const Vocabulary& vocabulary, const std::string& file) {
    const bool has_one_space = std::count(line.begin(), line.end(), ' ') == 1;
    std::vector<std::size_t> cuts;
    for (std::size_t at = line.find(' '); at != std::string_view::npos; at = line.find(' ', at + 1)) {
        const std::string_view left = line.substr(0, at), right = line.substr(at + 1);
        if (has_one_space || (vocabulary.find(left) && vocabulary.find(right) && vocabulary.find(std::string(left) + std::string(right))))
            cuts.push_back(at);
    }
    if (cuts.size() != 1)
        return makeError(ErrorKind::Tokenizer, "a merge is not two tokens")
            .inFile(file)
            .atItem("merge " + std::to_string(number))
            .butFound("two tokens with one space between them", "\"" + std::string(line) + "\"")
            .because("The file is damaged or is not a list of merges")
            .nextStep("Get the tokenizer's files again.");
    return std::pair{std::string(line.substr(0, cuts[0])), std::string(line.substr(cuts[0] + 1))};
}

Result<TokenModelPtr> makeBpe(Vocabulary vocabulary, const std::vector<std::pair<std::string, std::string>>& merges, BpeOptions options,
                              const std::string& file) {
    if (options.byte_fallback)
        HEADLIGHT_CHECK(checkByteTokens(vocabulary, file));
    MergeTable table(merges.size());
    const std::string& prefix = options.continuing_subword_prefix;
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        const auto refuse = [&](const std::string& token) {
            return makeError(ErrorKind::Tokenizer, "a merge uses a token that is not in the vocabulary")
                .inFile(file)
                .atItem("model.merges[" + std::to_string(rank) + "]")
                .butFound("\"" + token + "\" in the vocabulary", "\"" + left + "\" + \"" + right + "\"")
                .because("Vocabulary and merges are from different tokenizers, or one of them was cut")
                .nextStep("Get both files again, from the same model.");
        };
        const auto left_id = vocabulary.find(left), right_id = vocabulary.find(right);
        if (!left_id || !right_id)
            return refuse(left_id ? right : left);
        if (right.size() < prefix.size())
            return refuse(prefix + right);
        const std::string merged = left + right.substr(prefix.size());
        const auto result = vocabulary.find(merged);
        if (!result)
            return refuse(merged);
        table.set(*left_id, *right_id, {static_cast<std::uint32_t>(rank), *result});
    }
    return TokenModelPtr(std::make_unique<const Bpe>(std::move(vocabulary), std::move(table), std::move(options), file));
}

} // namespace headlight
