// tokenizer.json as a whole.
#include "core/tokenizer/component_json.h"
#include "core/tokenizer/tokenizer_parts.h"

namespace headlight {
namespace {

Result<std::vector<AddedToken>> parseAddedTokens(const JsonFields& root) {
    std::vector<AddedToken> tokens;
    if (!root.find("added_tokens"))
        return tokens;
    HEADLIGHT_ASSIGN(const auto entries, root.objects("added_tokens"));
    for (const JsonFields& entry : entries) {
        AddedToken token;
        HEADLIGHT_ASSIGN(token.content, entry.string("content"));
        HEADLIGHT_ASSIGN(token.id, entry.integer("id"));
        HEADLIGHT_ASSIGN(token.single_word, entry.boolean("single_word", false));
        HEADLIGHT_ASSIGN(token.lstrip, entry.boolean("lstrip", false));
        HEADLIGHT_ASSIGN(token.rstrip, entry.boolean("rstrip", false));
        HEADLIGHT_ASSIGN(token.special, entry.boolean("special", false));
        HEADLIGHT_ASSIGN(token.normalized, entry.boolean("normalized", !token.special));
        tokens.push_back(std::move(token));
    }
    return tokens;
}

/// Looks through a component and the components inside it.
void readSpelling(const Json& component, TokenSpelling& spelling) {
    if (component.is_array()) {
        for (const Json& part : component)
            readSpelling(part, spelling);
        return;
    }
    if (!component.is_object())
        return;
    const std::string type = component.value("type", Json()).is_string() ? component["type"].get<std::string>() : "";
    const auto text = [&](const char* key) {
        const auto found = component.find(key);
        return found != component.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    spelling.byte_level = spelling.byte_level || type == "ByteLevel";
    if (type == "Metaspace")
        spelling.space = text("replacement");
    if (type == "BPEDecoder")
        spelling.end_of_word_suffix = text("suffix");
    const auto pattern = component.find("pattern");
    if (type == "Replace" && text("content") == " " && pattern != component.end() && pattern->is_object() && pattern->contains("String") &&
        (*pattern)["String"].is_string())
        spelling.space = (*pattern)["String"].get<std::string>();
    for (const char* list : {"decoders", "pretokenizers", "normalizers"})
        if (const auto found = component.find(list); found != component.end())
            readSpelling(*found, spelling);
}

/// The component under `key` by `parse`, or null where the file has none.
template <class Pointer>
Result<Pointer> parseOptional(const JsonFields& root, const char* key, Result<Pointer> (*parse)(const JsonFields&)) {
    const Json* json = root.find(key);
    if (!json)
        return Pointer();
    return parse(JsonFields(*json, root.file(), key));
}

} // namespace

Result<std::vector<AddedToken>> addedTokensOfTokenizerJson(const Json& document, const std::string& file) {
    return parseAddedTokens(JsonFields(document, file, "tokenizer"));
}

Result<PostProcessorPtr> postProcessorOfTokenizerJson(const Json& document, const std::string& file) {
    return parseOptional(JsonFields(document, file, "tokenizer"), "post_processor", parsePostProcessor);
}

Result<TokenizerParts> partsFromTokenizerJson(const Json& document, const std::string& file) {
    const JsonFields root(document, file, "tokenizer");
    HEADLIGHT_ASSIGN(const std::string version, root.string("version", "1.0"));
    if (version != "1.0")
        return root.wrongType("version", "\"1.0\"");
    TokenizerParts parts;
    const Json* model = root.find("model");
    if (!model || !model->is_object())
        return root.wrongType("model", "an object");
    HEADLIGHT_ASSIGN(parts.model, parseModel(JsonFields(*model, file, "model")));
    HEADLIGHT_ASSIGN(parts.normalizer, parseOptional(root, "normalizer", parseNormalizer));
    HEADLIGHT_ASSIGN(parts.pre_tokenizer, parseOptional(root, "pre_tokenizer", parsePreTokenizer));
    HEADLIGHT_ASSIGN(parts.post_processor, parseOptional(root, "post_processor", parsePostProcessor));
    HEADLIGHT_ASSIGN(parts.decoder, parseOptional(root, "decoder", parseDecoder));
    HEADLIGHT_ASSIGN(const auto added, parseAddedTokens(root));
    HEADLIGHT_ASSIGN(parts.added, AddedVocabulary::build(added, *parts.model, parts.normalizer.get(), file));
    for (const char* key : {"normalizer", "pre_tokenizer", "decoder"})
        if (const Json* component = root.find(key))
            readSpelling(*component, parts.spelling);
    return parts;
}

} // namespace headlight
