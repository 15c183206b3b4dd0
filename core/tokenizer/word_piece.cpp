#include "core/tokenizer/word_piece.h"

#include "core/tokenizer/byte_trie.h"
#include "core/tokenizer/unicode.h"

namespace headlight {
namespace {

class WordPiece final : public TokenModel {
public:
    WordPiece(Vocabulary vocabulary, WordPieceOptions options, std::string file)
        : TokenModel(std::move(vocabulary), std::move(file)), options_(std::move(options)) {
        std::vector<std::pair<std::string_view, std::uint32_t>> entries;
        entries.reserve(vocabulary_.size());
        vocabulary_.forEach([&](std::string_view token, TokenId id) { entries.emplace_back(token, static_cast<std::uint32_t>(id)); });
        trie_ = ByteTrie(std::move(entries));
        for (const char c : options_.continuing_subword_prefix) {
            continuing_ = trie_.step(continuing_, static_cast<unsigned char>(c));
            if (continuing_ == ByteTrie::none)
                break;
        }
        unknown_id_ = vocabulary_.find(options_.unknown_token).value_or(-1);
    }

    Result<void> tokenize(std::string_view piece, std::vector<ModelToken>& out) const override {
        const std::size_t first = out.size();
        if (piece.size() > options_.max_input_chars_per_word && countCodePoints(piece) > options_.max_input_chars_per_word)
            return unknown(piece, first, out);
        for (std::size_t begin = 0; begin < piece.size();) {
            std::uint32_t node = begin == 0 ? ByteTrie::root : continuing_;
            std::size_t end = begin;
            std::uint32_t id = ByteTrie::none;
            for (std::size_t i = begin; i < piece.size() && node != ByteTrie::none; ++i) {
                node = trie_.step(node, static_cast<unsigned char>(piece[i]));
                if (node != ByteTrie::none && trie_.value(node) != ByteTrie::none) {
                    end = i + 1;
                    id = trie_.value(node);
                }
            }
            if (id == ByteTrie::none)
                return unknown(piece, first, out);
            out.push_back({static_cast<TokenId>(id), static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), false});
            begin = end;
        }
        return {};
    }

private:
    Result<void> unknown(std::string_view piece, std::size_t first, std::vector<ModelToken>& out) const {
        if (unknown_id_ < 0)
            return missingUnknownToken(options_.unknown_token, piece);
        out.resize(first);
        out.push_back({unknown_id_, 0, static_cast<std::uint32_t>(piece.size()), false});
        return {};
    }

    WordPieceOptions options_;
    ByteTrie trie_;
    std::uint32_t continuing_ = ByteTrie::root; // the node behind the prefix, or none
    TokenId unknown_id_ = -1;
};

class WordLevel final : public TokenModel {
public:
    WordLevel(Vocabulary vocabulary, std::string unknown_token, std::string file)
        : TokenModel(std::move(vocabulary), std::move(file)), unknown_token_(std::move(unknown_token)) {
        unknown_id_ = vocabulary_.find(unknown_token_).value_or(-1);
    }

    Result<void> tokenize(std::string_view piece, std::vector<ModelToken>& out) const override {
        const TokenId id = vocabulary_.find(piece).value_or(unknown_id_);
        if (id < 0)
            return missingUnknownToken(unknown_token_, piece);
        out.push_back({id, 0, static_cast<std::uint32_t>(piece.size()), false});
        return {};
    }

private:
    std::string unknown_token_;
    TokenId unknown_id_ = -1;
};

} // namespace

TokenModelPtr makeWordPiece(Vocabulary vocabulary, WordPieceOptions options, const std::string& file) {
    return std::make_unique<const WordPiece>(std::move(vocabulary), std::move(options), file);
}
TokenModelPtr makeWordLevel(Vocabulary vocabulary, std::string unknown_token, const std::string& file) {
    return std::make_unique<const WordLevel>(std::move(vocabulary), std::move(unknown_token), file);
}

} // namespace headlight
