#include "core/tokenizer/sentence_piece_bpe.h"

#include "core/tokenizer/byte_trie.h"
#include "core/tokenizer/unicode.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace headlight {
namespace {

constexpr std::uint32_t none = 0xFFFFFFFFu;

struct Symbol {
    std::uint32_t begin = 0;
    std::uint32_t length = 0; // 0 once merged into the left neighbour
    std::uint32_t previous = none;
    std::uint32_t next = none;
    bool frozen = false; // a user-defined piece
};

struct Candidate {
    float score = 0;
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    std::uint32_t length = 0; // of both when it was found; another one now makes it stale
    [[nodiscard]] bool operator<(const Candidate& other) const {
        return score != other.score ? score < other.score : left > other.left;
    }
};

class SentencePieceBpe final : public TokenModel {
public:
    SentencePieceBpe(const SentencePieceFile& model, Vocabulary pieces, Vocabulary vocabulary,
                     TokenId unknown_id, std::string file)
        : TokenModel(std::move(vocabulary), std::move(file))
        , pieces_(std::move(pieces))
        , unknown_id_(unknown_id) {
        std::vector<std::pair<std::string_view, std::uint32_t>> whole;
        for (const SentencePiece& piece : model.pieces) {
            scores_.push_back(piece.score);
            kinds_.push_back(piece.kind);
            if (piece.kind == SentencePiece::Kind::UserDefined)
                whole.emplace_back(piece.text, 0);
        }
        has_whole_ = !whole.empty();
        whole_ = ByteTrie(std::move(whole));
        if (model.byte_fallback) {
            byte_ids_ = byteTokenIds(vocabulary_);
            for (TokenId& id : byte_ids_)
                id = id < 0 ? unknown_id_ : id;
        }
    }

    [[nodiscard]] bool mergesPairs() const override { return true; }

    Result<void> tokenize(std::string_view piece, std::vector<ModelToken>& out) const override {
        Run run{piece, {}, {}, {}};
        splitIntoSymbols(run);
        for (std::uint32_t i = 0; i + 1 < run.symbols.size(); ++i)
            offer(run, i, i + 1);
        while (!run.heap.empty())
            mergeBest(run);
        bool after_unknown = false;
        for (const Symbol& symbol : run.symbols)
            if (symbol.length > 0)
                append(run, symbol.begin, symbol.length, out, after_unknown);
        return {};
    }

private:
    struct Run {
        std::string_view text;
        std::vector<Symbol> symbols;
        std::vector<Candidate> heap;
        std::unordered_map<std::string_view, std::uint32_t>
            cut_of_unused; // where an unused piece was put together
    };

    void splitIntoSymbols(Run& run) const {
        for (std::size_t at = 0; at < run.text.size();) {
            const std::size_t whole = has_whole_ ? whole_.longestPrefix(run.text.substr(at)).first : 0;
            const std::size_t length =
                whole > 0 ? whole : utf8Length(static_cast<unsigned char>(run.text[at]));
            const auto number = static_cast<std::uint32_t>(run.symbols.size());
            if (number > 0)
                run.symbols.back().next = number;
            run.symbols.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(length),
                                   number > 0 ? number - 1 : none, none, whole > 0});
            at += length;
        }
    }

    void offer(Run& run, std::uint32_t left, std::uint32_t right) const {
        if (left == none || right == none || run.symbols[left].frozen || run.symbols[right].frozen)
            return;
        const std::uint32_t length = run.symbols[left].length + run.symbols[right].length;
        const std::string_view text = run.text.substr(run.symbols[left].begin, length);
        const auto found = pieces_.find(text);
        if (!found)
            return;
        const auto number = static_cast<std::size_t>(*found);
        run.heap.push_back({scores_[number], left, right, length});
        std::push_heap(run.heap.begin(), run.heap.end());
        if (kinds_[number] == SentencePiece::Kind::Unused)
            run.cut_of_unused[text] = run.symbols[left].length;
    }

    void mergeBest(Run& run) const {
        const Candidate best = run.heap.front();
        std::pop_heap(run.heap.begin(), run.heap.end());
        run.heap.pop_back();
        Symbol& left = run.symbols[best.left];
        Symbol& right = run.symbols[best.right];
        if (left.length == 0 || right.length == 0 || left.length + right.length != best.length)
            return;
        left.length = best.length;
        left.next = right.next;
        right.length = 0;
        if (left.next != none)
            run.symbols[left.next].previous = best.left;
        offer(run, left.previous, best.left);
        offer(run, best.left, left.next);
    }

    /// Appends the tokens of one piece; unused ones are taken apart.
    void append(const Run& run, std::uint32_t begin, std::uint32_t length, std::vector<ModelToken>& out,
                bool& after_unknown) const {
        const std::string_view text = run.text.substr(begin, length);
        const auto number = pieces_.find(text);
        if (number && kinds_[static_cast<std::size_t>(*number)] == SentencePiece::Kind::Unused)
            if (const auto cut = run.cut_of_unused.find(text); cut != run.cut_of_unused.end()) {
                append(run, begin, cut->second, out, after_unknown);
                append(run, begin + cut->second, length - cut->second, out, after_unknown);
                return;
            }
        const auto id = vocabulary_.find(text);
        if (number || byte_ids_.empty()) {
            const bool unknown = !number;
            if (unknown && after_unknown) {
                ModelToken& last = out.back();
                last.end = begin + length;
                last.id = vocabulary_.find(run.text.substr(last.begin, last.end - last.begin))
                              .value_or(unknown_id_);
            } else {
                out.push_back({id.value_or(unknown_id_), begin, begin + length, unknown || !id});
            }
            after_unknown = unknown;
            return;
        }
        for (const char byte : text)
            out.push_back({byte_ids_[static_cast<unsigned char>(byte)], begin, begin + length, false});
        after_unknown = false;
    }

    Vocabulary pieces_; // text -> number in the file
    std::vector<float> scores_;
    std::vector<SentencePiece::Kind> kinds_;
    ByteTrie whole_; // user-defined pieces
    bool has_whole_ = false;
    TokenId unknown_id_;
    std::vector<TokenId> byte_ids_; // with byte fallback
};

} // namespace

Result<TokenModelPtr> makeSentencePieceBpe(const SentencePieceFile& model, Vocabulary vocabulary,
                                           TokenId unknown_id, const std::string& file) {
    using Kind = SentencePiece::Kind;
    std::vector<std::pair<std::string_view, std::int64_t>> findable;
    for (std::size_t i = 0; i < model.pieces.size(); ++i)
        if (const Kind kind = model.pieces[i].kind;
            kind == Kind::Normal || kind == Kind::UserDefined || kind == Kind::Unused)
            findable.emplace_back(model.pieces[i].text, static_cast<std::int64_t>(i));
    HEADLIGHT_ASSIGN(Vocabulary pieces, Vocabulary::build(findable, file, "pieces", true));
    return TokenModelPtr(std::make_unique<const SentencePieceBpe>(model, std::move(pieces),
                                                                  std::move(vocabulary), unknown_id, file));
}

} // namespace headlight
