// Post-processors and decoders from JSON.
#include "core/tokenizer/component_json.h"

#include <limits>

namespace headlight {
namespace {

Result<TokenId> asTokenId(const nlohmann::json& value, const JsonFields& fields, std::string_view key) {
    if (!value.is_number_integer() || value.get<double>() < 0 || value.get<double>() > std::numeric_limits<TokenId>::max())
        return fields.wrongType(key, "token ids from 0 to 2147483647");
    return value.get<TokenId>();
}

/// ["[SEP]", 102]
Result<SpecialToken> parseTokenAndId(const JsonFields& fields, std::string_view key) {
    const nlohmann::json* value = fields.find(key);
    if (!value || !value->is_array() || value->size() != 2 || !(*value)[0].is_string())
        return fields.wrongType(key, "a token and its id");
    HEADLIGHT_ASSIGN(const TokenId id, asTokenId((*value)[1], fields, key));
    return SpecialToken{(*value)[0].get<std::string>(), id};
}

Result<std::vector<TemplatePiece>> parseTemplate(const JsonFields& fields, std::string_view key, const ProcessingTemplate& processing) {
    HEADLIGHT_ASSIGN(const auto parts, fields.objects(key));
    std::vector<TemplatePiece> pieces;
    for (const JsonFields& part : parts) {
        const bool is_sequence = part.find("Sequence") != nullptr;
        const nlohmann::json* inside = part.find(is_sequence ? "Sequence" : "SpecialToken");
        if (!inside || !inside->is_object())
            return fields.wrongType(key, "a list of Sequence and SpecialToken");
        const JsonFields piece(*inside, part.file(), part.item());
        HEADLIGHT_ASSIGN(const std::string id, piece.string("id"));
        HEADLIGHT_ASSIGN(const std::int64_t type_id, piece.integer("type_id"));
        if (type_id < 0 || type_id > 255)
            return piece.wrongType("type_id", "0 to 255");
        TemplatePiece out;
        out.type_id = static_cast<std::uint8_t>(type_id);
        if (is_sequence) {
            if (id != "A" && id != "B")
                return piece.wrongType("id", "A or B");
            out.sequence = id == "A" ? 0 : 1;
        } else {
            if (!processing.special_tokens.contains(id))
                return piece.wrongType("id", "a name in special_tokens");
            out.special = id;
        }
        pieces.push_back(std::move(out));
    }
    return pieces;
}

Result<PostProcessorPtr> parseTemplateProcessing(const JsonFields& fields) {
    ProcessingTemplate processing;
    const nlohmann::json* specials = fields.find("special_tokens");
    if (!specials || !specials->is_object())
        return fields.wrongType("special_tokens", "an object");
    for (const auto& [name, value] : specials->items()) {
        const JsonFields special(value, fields.file(), fields.pathOf("special_tokens") + "[\"" + name + "\"]");
        const nlohmann::json* ids = special.find("ids");
        const nlohmann::json* tokens = special.find("tokens");
        if (!ids || !tokens || !ids->is_array() || !tokens->is_array() || ids->size() != tokens->size())
            return special.wrongType("ids", "as many ids as tokens");
        std::vector<SpecialToken>& list = processing.special_tokens[name];
        for (std::size_t i = 0; i < ids->size(); ++i) {
            if (!(*tokens)[i].is_string())
                return special.wrongType("tokens", "strings");
            HEADLIGHT_ASSIGN(const TokenId id, asTokenId((*ids)[i], special, "ids"));
            list.push_back({(*tokens)[i].get<std::string>(), id});
        }
    }
    HEADLIGHT_ASSIGN(processing.single, parseTemplate(fields, "single", processing));
    HEADLIGHT_ASSIGN(processing.pair, parseTemplate(fields, "pair", processing));
    return makeTemplatePostProcessor(std::move(processing), fields.file());
}

Result<std::size_t> parseCount(const JsonFields& fields, std::string_view key) {
    HEADLIGHT_ASSIGN(const std::int64_t count, fields.integer(key));
    if (count < 0)
        return fields.wrongType(key, "0 or more");
    return static_cast<std::size_t>(count);
}

} // namespace

Result<PostProcessorPtr> parsePostProcessor(const JsonFields& fields) {
    HEADLIGHT_ASSIGN(const std::string type, fields.string("type"));
    if (type == "Sequence") {
        HEADLIGHT_ASSIGN(const auto parts, fields.objects("processors"));
        std::vector<PostProcessorPtr> steps;
        for (const JsonFields& part : parts) {
            HEADLIGHT_ASSIGN(PostProcessorPtr step, parsePostProcessor(part));
            steps.push_back(std::move(step));
        }
        return makeSequencePostProcessor(std::move(steps));
    }
    if (type == "TemplateProcessing")
        return parseTemplateProcessing(fields);
    if (type == "ByteLevel") {
        HEADLIGHT_ASSIGN(const bool trim_offsets, fields.boolean("trim_offsets", true));
        HEADLIGHT_ASSIGN(const bool add_prefix_space, fields.boolean("add_prefix_space", true));
        return makeByteLevelPostProcessor(trim_offsets, add_prefix_space);
    }
    if (type == "BertProcessing" || type == "RobertaProcessing") {
        HEADLIGHT_ASSIGN(SpecialToken separator, parseTokenAndId(fields, "sep"));
        HEADLIGHT_ASSIGN(SpecialToken classifier, parseTokenAndId(fields, "cls"));
        if (type == "BertProcessing")
            return makeBertPostProcessor(std::move(separator), std::move(classifier));
        HEADLIGHT_ASSIGN(const bool trim_offsets, fields.boolean("trim_offsets", true));
        HEADLIGHT_ASSIGN(const bool add_prefix_space, fields.boolean("add_prefix_space", true));
        return makeRobertaPostProcessor(std::move(separator), std::move(classifier), trim_offsets, add_prefix_space);
    }
    return fields.unknownComponent("post-processor", type);
}

Result<DecoderPtr> parseDecoder(const JsonFields& fields) {
    HEADLIGHT_ASSIGN(const std::string type, fields.string("type"));
    if (type == "Sequence") {
        HEADLIGHT_ASSIGN(const auto parts, fields.objects("decoders"));
        std::vector<DecoderPtr> steps;
        for (const JsonFields& part : parts) {
            HEADLIGHT_ASSIGN(DecoderPtr step, parseDecoder(part));
            steps.push_back(std::move(step));
        }
        return makeSequenceDecoder(std::move(steps));
    }
    if (type == "ByteLevel")
        return makeByteLevelDecoder();
    if (type == "ByteFallback")
        return makeByteFallbackDecoder();
    if (type == "Fuse")
        return makeFuseDecoder();
    if (type == "WordPiece") {
        HEADLIGHT_ASSIGN(std::string prefix, fields.string("prefix"));
        HEADLIGHT_ASSIGN(const bool cleanup, fields.boolean("cleanup"));
        return makeWordPieceDecoder(std::move(prefix), cleanup);
    }
    if (type == "Metaspace") {
        HEADLIGHT_ASSIGN(const MetaspaceOptions options, parseMetaspace(fields));
        return makeMetaspaceDecoder(options.replacement, options.prepend_scheme);
    }
    if (type == "BPEDecoder") {
        HEADLIGHT_ASSIGN(std::string suffix, fields.string("suffix"));
        return makeBpeDecoder(std::move(suffix));
    }
    if (type == "Strip") {
        HEADLIGHT_ASSIGN(const CodePoint content, fields.character("content"));
        HEADLIGHT_ASSIGN(const std::size_t start, parseCount(fields, "start"));
        HEADLIGHT_ASSIGN(const std::size_t stop, parseCount(fields, "stop"));
        return makeStripDecoder(content, start, stop);
    }
    if (type == "Replace") {
        HEADLIGHT_ASSIGN(Regex pattern, fields.pattern("pattern"));
        HEADLIGHT_ASSIGN(std::string content, fields.string("content"));
        return makeReplaceDecoder(std::move(pattern), std::move(content));
    }
    if (type == "CTC") {
        HEADLIGHT_ASSIGN(std::string pad_token, fields.string("pad_token"));
        HEADLIGHT_ASSIGN(std::string delimiter, fields.string("word_delimiter_token"));
        HEADLIGHT_ASSIGN(const bool cleanup, fields.boolean("cleanup"));
        return makeCtcDecoder(std::move(pad_token), std::move(delimiter), cleanup);
    }
    return fields.unknownComponent("decoder", type);
}

} // namespace headlight
