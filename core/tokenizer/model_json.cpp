// Models from JSON.
#include "core/tokenizer/bpe.h"
#include "core/tokenizer/component_json.h"
#include "core/tokenizer/unigram.h"
#include "core/tokenizer/word_piece.h"

namespace headlight {
namespace {

Result<Vocabulary> vocabularyOf(const JsonFields& fields) {
    const nlohmann::json* vocab = fields.find("vocab");
    if (!vocab || !vocab->is_object())
        return fields.wrongType("vocab", "an object of tokens and ids");
    return parseVocabulary(*vocab, fields.file(), fields.pathOf("vocab"));
}

/// A merge is ["a", "b"] or, in older files, "a b"; lines "#version" are left out.
Result<std::vector<std::pair<std::string, std::string>>> parseMerges(const JsonFields& fields, const Vocabulary& vocabulary) {
    const nlohmann::json* list = fields.find("merges");
    if (!list || !list->is_array())
        return fields.wrongType("merges", "a list");
    if (list->size() > Vocabulary::max_entries)
        return fields.wrongType("merges", "at most " + std::to_string(Vocabulary::max_entries) + " merges");
    std::vector<std::pair<std::string, std::string>> merges;
    merges.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
        const nlohmann::json& merge = (*list)[i];
        if (merge.is_string()) {
            const auto& line = merge.get_ref<const std::string&>();
            if (line.starts_with("#version"))
                continue;
            HEADLIGHT_ASSIGN(auto parts, splitMerge(line, i, vocabulary, fields.file()));
            merges.push_back(std::move(parts));
        } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            merges.emplace_back(merge[0].get_ref<const std::string&>(), merge[1].get_ref<const std::string&>());
        } else {
            return JsonFields(fields.json(), fields.file(), fields.item()).wrongType("merges", "pairs of tokens, also at " + std::to_string(i));
        }
    }
    return merges;
}

Result<TokenModelPtr> parseBpe(const JsonFields& fields) {
    BpeOptions options;
    if (fields.find("unk_token")) {
        HEADLIGHT_ASSIGN(options.unknown_token, fields.string("unk_token"));
    }
    HEADLIGHT_ASSIGN(options.continuing_subword_prefix, fields.string("continuing_subword_prefix", ""));
    HEADLIGHT_ASSIGN(options.end_of_word_suffix, fields.string("end_of_word_suffix", ""));
    HEADLIGHT_ASSIGN(options.fuse_unknown, fields.boolean("fuse_unk", false));
    HEADLIGHT_ASSIGN(options.byte_fallback, fields.boolean("byte_fallback", false));
    HEADLIGHT_ASSIGN(options.ignore_merges, fields.boolean("ignore_merges", false));
    // "dropout" is for training; the same text always gives the same tokens here.
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, vocabularyOf(fields));
    HEADLIGHT_ASSIGN(const auto merges, parseMerges(fields, vocabulary));
    return makeBpe(std::move(vocabulary), merges, std::move(options), fields.file());
}

Result<TokenModelPtr> parseWordPiece(const JsonFields& fields) {
    WordPieceOptions options;
    HEADLIGHT_ASSIGN(options.unknown_token, fields.string("unk_token", options.unknown_token));
    HEADLIGHT_ASSIGN(options.continuing_subword_prefix, fields.string("continuing_subword_prefix", options.continuing_subword_prefix));
    HEADLIGHT_ASSIGN(const std::int64_t most, fields.integer("max_input_chars_per_word", 100));
    if (most < 0)
        return fields.wrongType("max_input_chars_per_word", "0 or more");
    options.max_input_chars_per_word = static_cast<std::size_t>(most);
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, vocabularyOf(fields));
    return makeWordPiece(std::move(vocabulary), std::move(options), fields.file());
}

Result<TokenModelPtr> parseWordLevel(const JsonFields& fields) {
    HEADLIGHT_ASSIGN(std::string unknown_token, fields.string("unk_token", "<unk>"));
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, vocabularyOf(fields));
    return makeWordLevel(std::move(vocabulary), std::move(unknown_token), fields.file());
}

Result<TokenModelPtr> parseUnigram(const JsonFields& fields) {
    UnigramOptions options;
    if (fields.find("unk_id")) {
        HEADLIGHT_ASSIGN(options.unknown_id, fields.integer("unk_id"));
    }
    HEADLIGHT_ASSIGN(options.byte_fallback, fields.boolean("byte_fallback", false));
    HEADLIGHT_ASSIGN(const auto pieces, parsePieces(fields));
    const std::vector<std::pair<std::string_view, double>> views(pieces.begin(), pieces.end());
    return makeUnigram(views, options, fields.file());
}

/// Files from before the models had a "type".
std::string guessType(const JsonFields& fields) {
    const nlohmann::json* vocab = fields.find("vocab");
    if (fields.find("merges"))
        return "BPE";
    if (vocab && vocab->is_array())
        return "Unigram";
    return fields.find("continuing_subword_prefix") || fields.find("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
}

} // namespace

Result<std::vector<std::pair<std::string, double>>> parsePieces(const JsonFields& fields) {
    const nlohmann::json* vocab = fields.find("vocab");
    if (!vocab || !vocab->is_array())
        return fields.wrongType("vocab", "a list of tokens and scores");
    if (vocab->size() > Vocabulary::max_entries)
        return fields.wrongType("vocab", "at most " + std::to_string(Vocabulary::max_entries) + " tokens");
    std::vector<std::pair<std::string, double>> pieces;
    pieces.reserve(vocab->size());
    for (const nlohmann::json& entry : *vocab) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
            return fields.wrongType("vocab", "a token and its score, also at " + std::to_string(pieces.size()));
        pieces.emplace_back(entry[0].get_ref<const std::string&>(), entry[1].get<double>());
    }
    return pieces;
}

Result<Vocabulary> parseVocabulary(const nlohmann::json& object, const std::string& file, const std::string& item) {
    std::vector<std::pair<std::string_view, std::int64_t>> entries;
    entries.reserve(object.size());
    for (auto it = object.begin(); it != object.end(); ++it) {
        const bool fits = it->is_number_integer() && (!it->is_number_unsigned() || it->get<std::uint64_t>() <= INT64_MAX);
        if (!fits)
            return JsonFields(object, file, item).wrongType(it.key(), "an id");
        entries.emplace_back(it.key(), it->get<std::int64_t>());
    }
    return Vocabulary::build(entries, file, item);
}

Result<TokenModelPtr> parseModel(const JsonFields& fields) {
    HEADLIGHT_ASSIGN(const std::string type, fields.string("type", guessType(fields)));
    if (type == "BPE")
        return parseBpe(fields);
    if (type == "WordPiece")
        return parseWordPiece(fields);
    if (type == "Unigram")
        return parseUnigram(fields);
    if (type == "WordLevel")
        return parseWordLevel(fields);
    return fields.unknownComponent("model", type);
}

} // namespace headlight
