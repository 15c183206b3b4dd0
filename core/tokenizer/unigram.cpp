#include "core/tokenizer/unigram.h"

#include "core/tokenizer/byte_trie.h"
#include "core/tokenizer/unicode.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight {
namespace {

constexpr double unknown_penalty = 10.0;
constexpr double rebase_below = -100'000.0; // as SentencePiece 0.2.3 does
constexpr std::size_t kept_nodes = 64 * 1024; // a thread gives the memory of longer pieces back

/// The best path to a byte of the piece.
struct PathNode {
    double score = 0;
    std::uint32_t begin = 0; // of the path's last token
    TokenId id = -1;
    bool reached = false;
};

class Unigram final : public TokenModel {
public:
    Unigram(Vocabulary vocabulary, ByteTrie trie, std::vector<double> scores, const UnigramOptions& options, std::string file)
        : TokenModel(std::move(vocabulary), std::move(file)), trie_(std::move(trie)), scores_(std::move(scores)) {
        unknown_score_ = std::numeric_limits<double>::infinity();
        for (const double score : scores_)
            unknown_score_ = std::min(unknown_score_, score);
        unknown_score_ -= unknown_penalty;
        if (options.unknown_id)
            unknown_id_ = static_cast<TokenId>(*options.unknown_id);
        if (options.byte_fallback)
            byte_ids_ = byteTokenIds(vocabulary_);
    }

    /// Piece i has the id ids[i]; an entry behind the last piece is the unknown token's.
    /// Scores are then added in single precision, as SentencePiece does.
    void renumber(std::vector<TokenId> ids) {
        single_precision_ = true;
        unknown_score_ = static_cast<float>(unknown_score_);
        vocabulary_.forEach([this](std::string_view token, TokenId) { longest_piece_ = std::max(longest_piece_, token.size()); });
        unknown_id_ = static_cast<TokenId>(ids.size()) - 1;
        for (TokenId& id : byte_ids_)
            id = id < 0 ? ids.back() : id;
        ids_ = std::move(ids);
    }

    [[nodiscard]] std::size_t size() const override { return ids_.empty() ? scores_.size() : vocabulary_.size(); }

    Result<void> tokenize(std::string_view piece, std::vector<ModelToken>& out) const override {
        thread_local std::vector<PathNode> nodes;
        nodes.assign(piece.size() + 1, {});
        if (!findBestPath(piece, nodes))
            return missingUnknownToken("", piece);
        const std::size_t first = out.size();
        appendBackwards(piece, nodes, out);
        std::reverse(out.begin() + static_cast<std::ptrdiff_t>(first), out.end());
        if (nodes.size() > kept_nodes)
            nodes = std::vector<PathNode>();
        return {};
    }

private:
    [[nodiscard]] double sum(double a, double b) const { return single_precision_ ? static_cast<double>(static_cast<float>(a + b)) : a + b; }

    bool findBestPath(std::string_view piece, std::vector<PathNode>& nodes) const {
        const auto offer = [&](std::size_t begin, std::size_t end, TokenId id, double score) {
            PathNode& node = nodes[end];
            if (!node.reached || score > node.score)
                node = {score, static_cast<std::uint32_t>(begin), id, true};
        };
        for (std::size_t begin = 0; begin < piece.size();) {
            if (single_precision_ && nodes[begin].score < rebase_below)
                rebase(nodes, begin);
            const double score = nodes[begin].score;
            const std::size_t length = utf8Length(static_cast<unsigned char>(piece[begin]));
            bool has_single = false;
            std::uint32_t node = ByteTrie::root;
            for (std::size_t i = begin; i < piece.size(); ++i) {
                node = trie_.step(node, static_cast<unsigned char>(piece[i]));
                if (node == ByteTrie::none)
                    break;
                const std::uint32_t id = trie_.value(node);
                if (id == ByteTrie::none)
                    continue;
                offer(begin, i + 1, static_cast<TokenId>(id), sum(scores_[id], score));
                has_single = has_single || i + 1 == begin + length;
            }
            if (!has_single) {
                // Hugging Face looks at the missing unknown token only where it would be the best.
                const PathNode& target = nodes[begin + length];
                if (unknown_id_ < 0 && (!target.reached || sum(unknown_score_, score) > target.score))
                    return false;
                offer(begin, begin + length, unknown_id_, sum(unknown_score_, score));
            }
            begin += length;
        }
        return true;
    }

    /// Counts scores from this node on: in single precision large sums lose what decides between two paths.
    void rebase(std::vector<PathNode>& nodes, std::size_t begin) const {
        const double origin = nodes[begin].score;
        for (std::size_t i = begin; i < nodes.size() && i <= begin + longest_piece_; ++i)
            if (nodes[i].reached)
                nodes[i].score = sum(nodes[i].score, -origin);
    }

    void appendBackwards(std::string_view piece, const std::vector<PathNode>& nodes, std::vector<ModelToken>& out) const {
        for (std::size_t end = piece.size(); end > 0;) {
            const PathNode& node = nodes[end];
            std::size_t begin = node.begin;
            if (node.id != unknown_id_ || unknown_id_ < 0) {
                const TokenId id = idOf(node.id);
                out.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), !ids_.empty() && id == ids_.back()});
            } else {
                while (begin > 0 && nodes[begin].id == unknown_id_)
                    begin = nodes[begin].begin;
                appendUnknownBackwards(piece, begin, end, out);
            }
            end = begin;
        }
    }

    void appendUnknownBackwards(std::string_view piece, std::size_t begin, std::size_t end, std::vector<ModelToken>& out) const {
        const std::string_view text = piece.substr(begin, end - begin);
        const auto from = static_cast<std::uint32_t>(begin), to = static_cast<std::uint32_t>(end);
        if (const auto id = single_precision_ && !byte_ids_.empty() ? std::nullopt : vocabulary_.find(text)) {
            out.push_back({*id, from, to, false});
            return;
        }
        const auto has = [this](char b) { return byte_ids_[static_cast<unsigned char>(b)] >= 0; };
        if (!byte_ids_.empty() && single_precision_) { // SentencePiece takes every character by itself
            for (std::size_t i = text.size(), character_end = text.size(); i-- > 0;) {
                std::size_t character = i;
                while (character > 0 && isUtf8Continuation(text[character]))
                    --character;
                out.push_back({byte_ids_[static_cast<unsigned char>(text[i])], static_cast<std::uint32_t>(begin + character), static_cast<std::uint32_t>(begin + character_end), false});
                if (i == character)
                    character_end = character;
            }
            return;
        }
        if (!byte_ids_.empty() && std::all_of(text.begin(), text.end(), has)) {
            for (std::size_t i = text.size(); i-- > 0;)
                out.push_back({byte_ids_[static_cast<unsigned char>(text[i])], from, to, false});
            return;
        }
        out.push_back({idOf(unknown_id_), from, to, true});
    }

    [[nodiscard]] TokenId idOf(TokenId piece) const { return ids_.empty() ? piece : ids_[static_cast<std::size_t>(piece)]; }

    ByteTrie trie_;
    std::vector<double> scores_; // by piece
    std::vector<TokenId> ids_;   // by piece, where they are not the pieces' own numbers
    double unknown_score_ = 0;
    bool single_precision_ = false;
    std::size_t longest_piece_ = 8; // in bytes; at least one character
    TokenId unknown_id_ = -1; // as a piece
    std::vector<TokenId> byte_ids_; // with byte fallback
};

} // namespace

Result<TokenModelPtr> makeUnigram(const std::vector<std::pair<std::string_view, double>>& pieces, UnigramOptions options, const std::string& file) {
    const auto n_pieces = static_cast<std::int64_t>(pieces.size());
    if (options.unknown_id && (*options.unknown_id < 0 || *options.unknown_id >= n_pieces))
        return makeError(ErrorKind::Tokenizer, "the Unigram model's unknown token is not in its vocabulary")
            .inFile(file)
            .atItem("model.unk_id")
            .butFound("0 to " + std::to_string(n_pieces - 1), std::to_string(*options.unknown_id))
            .because("The vocabulary was cut or edited")
            .nextStep("Get the tokenizer's file again.");
    std::vector<std::pair<std::string_view, std::int64_t>> entries;
    std::vector<std::pair<std::string_view, std::uint32_t>> keys;
    std::vector<double> scores;
    entries.reserve(pieces.size());
    keys.reserve(pieces.size());
    scores.reserve(pieces.size());
    for (const auto& [token, score] : pieces) {
        if (!std::isfinite(score))
            return makeError(ErrorKind::Tokenizer, "a Unigram score is not a finite number")
                .inFile(file)
                .atItem("model.vocab[" + std::to_string(scores.size()) + "]")
                .butFound("a log probability", std::to_string(score))
                .because("The file is damaged")
                .nextStep("Get the tokenizer's file again.");
        const auto id = static_cast<std::uint32_t>(scores.size());
        entries.emplace_back(token, id);
        keys.emplace_back(token, id);
        scores.push_back(score);
    }
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, Vocabulary::build(entries, file, "model.vocab", true));
    if (options.byte_fallback)
        HEADLIGHT_CHECK(checkByteTokens(vocabulary, file));
    return TokenModelPtr(std::make_unique<const Unigram>(std::move(vocabulary), ByteTrie(std::move(keys)), std::move(scores), options, file));
}

TokenModelPtr makeRenumberedUnigram(const std::vector<std::pair<std::string_view, double>>& pieces, Vocabulary vocabulary, TokenId unknown_id,
                                    bool byte_fallback, const std::string& file) {
    std::vector<std::pair<std::string_view, std::uint32_t>> keys;
    std::vector<double> scores;
    std::vector<TokenId> ids;
    for (const auto& [token, score] : pieces) {
        keys.emplace_back(token, static_cast<std::uint32_t>(scores.size()));
        scores.push_back(score);
        ids.push_back(vocabulary.find(token).value_or(unknown_id));
    }
    ids.push_back(unknown_id);
    auto model = std::make_unique<Unigram>(std::move(vocabulary), ByteTrie(std::move(keys)), std::move(scores), UnigramOptions{std::nullopt, byte_fallback}, file);
    model->renumber(std::move(ids));
    return model;
}

} // namespace headlight
