#include "core/tokenizer/pretrained_config.h"

#include "core/tokenizer/json_fields.h"

#include <algorithm>
#include <charconv>

namespace headlight {
namespace {

bool isRole(std::string_view key) {
    return std::find(PretrainedConfig::roles.begin(), PretrainedConfig::roles.end(), key) !=
           PretrainedConfig::roles.end();
}

Result<Json> readObject(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return Json(Json::object());
    HEADLIGHT_ASSIGN(Json json, readJsonFile(file));
    if (!json.is_object())
        return makeError(ErrorKind::Tokenizer, "the file is not a JSON object")
            .inFile(file.string())
            .atItem("the document")
            .butFound("an object", describeJson(json))
            .because("The file is damaged or is another one")
            .nextStep("Get the tokenizer's files again.");
    return json;
}

std::string textOf(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string withoutFast(std::string name) {
    if (name.size() > 4 && name.ends_with("Fast") && name != "PreTrainedTokenizerFast")
        name.resize(name.size() - 4);
    return name;
}

} // namespace

AddedToken specialToken(std::string content) {
    AddedToken token;
    token.content = std::move(content);
    token.special = true;
    token.normalized = false;
    return token;
}

AddedToken specialTokenWithSpace(std::string content) {
    AddedToken token = specialToken(std::move(content));
    token.lstrip = true;
    return token;
}

Result<PretrainedConfig> PretrainedConfig::read(const std::filesystem::path& folder) {
    PretrainedConfig config;
    config.folder_ = folder;
    HEADLIGHT_ASSIGN(config.settings_, readObject(folder / "tokenizer_config.json"));
    HEADLIGHT_ASSIGN(const Json special_tokens_map, readObject(folder / "special_tokens_map.json"));
    HEADLIGHT_ASSIGN(const Json added_tokens, readObject(folder / "added_tokens.json"));
    // A broken config.json is for the model's reader to refuse; the tokenizer only asks for its kind.
    if (const auto model = readObject(folder / "config.json"); model.ok()) {
        config.model_type_ = textOf(*model, "model_type");
        config.named_class_ = textOf(*model, "tokenizer_class");
    }
    if (const std::string name = textOf(config.settings_, "tokenizer_class"); !name.empty())
        config.named_class_ = name;
    config.named_class_ = withoutFast(config.named_class_);
    HEADLIGHT_CHECK(config.readTokens(special_tokens_map, added_tokens));
    return config;
}

Result<AddedToken> PretrainedConfig::token(const Json& value, bool special, const std::string& item) const {
    if (value.is_string())
        return specialToken(value.get<std::string>());
    const JsonFields fields(value, file(), item);
    if (!value.is_object())
        return JsonFields(Json{{"token", value}}, file(), item)
            .wrongType("token", "a string or an object with \"content\"");
    AddedToken token;
    HEADLIGHT_ASSIGN(token.content, fields.string("content"));
    HEADLIGHT_ASSIGN(token.single_word, fields.boolean("single_word", false));
    HEADLIGHT_ASSIGN(token.lstrip, fields.boolean("lstrip", false));
    HEADLIGHT_ASSIGN(token.rstrip, fields.boolean("rstrip", false));
    HEADLIGHT_ASSIGN(token.special, fields.boolean("special", special));
    token.special = token.special || special;
    HEADLIGHT_ASSIGN(token.normalized, fields.boolean("normalized", !token.special));
    return token;
}

Result<void> PretrainedConfig::readTokens(const Json& special_tokens_map, const Json& added_tokens) {
    const auto decoder = settings_.find("added_tokens_decoder");
    has_added_tokens_decoder_ = decoder != settings_.end() && decoder->is_object();
    if (!has_added_tokens_decoder_) {
        for (const auto& [key, value] : special_tokens_map.items()) {
            if (key == "additional_special_tokens") {
                HEADLIGHT_ASSIGN(additional_, list(value, key));
            } else {
                settings_[key] = value;
            }
        }
    }
    HEADLIGHT_CHECK(readRoles());
    HEADLIGHT_CHECK(readExtraTokens());
    return readAddedTokens(has_added_tokens_decoder_ ? *decoder : added_tokens);
}

Result<void> PretrainedConfig::readRoles() {
    for (const auto& [key, value] : settings_.items()) {
        const bool is_role = isRole(key);
        const bool is_model_token = !is_role && key.ends_with("_token") &&
                                    (value.is_string() || (value.is_object() && value.contains("content")));
        if (!is_role && !is_model_token)
            continue;
        std::optional<AddedToken> token;
        if (!value.is_null()) {
            HEADLIGHT_ASSIGN(token, this->token(value, true, key));
        }
        if (is_role)
            roles_[key] = {std::move(token), value.is_string()};
        else if (token)
            model_tokens_.push_back(*std::move(token));
    }
    return {};
}

Result<std::optional<std::vector<AddedToken>>> PretrainedConfig::list(const Json& json,
                                                                      const std::string& item) const {
    std::optional<std::vector<AddedToken>> tokens;
    if (!json.is_array())
        return tokens;
    tokens.emplace();
    for (const Json& value : json) {
        HEADLIGHT_ASSIGN(AddedToken token, this->token(value, false, item));
        tokens->push_back(std::move(token));
    }
    return tokens;
}

Result<void> PretrainedConfig::readExtraTokens() {
    const auto newer = settings_.find("extra_special_tokens");
    const auto older = settings_.find("additional_special_tokens");
    const auto extra =
        newer == settings_.end() || (newer->empty() && older != settings_.end()) ? older : newer;
    if (extra == settings_.end())
        return {};
    HEADLIGHT_ASSIGN(extra_, list(*extra, "extra_special_tokens"));
    if (extra->is_object()) // named ones ("image_token": "<image>")
        for (const auto& [name, value] : extra->items()) {
            HEADLIGHT_ASSIGN(AddedToken token, this->token(value, true, name));
            model_tokens_.push_back(std::move(token));
        }
    return {};
}

Result<void> PretrainedConfig::readAddedTokens(const Json& added_tokens) {
    const auto badId = [this](const std::string& key, const std::string& found) {
        return makeError(ErrorKind::Tokenizer, "an added token's id is not a number from 0 on")
            .inFile(has_added_tokens_decoder_ ? file() : (folder_ / "added_tokens.json").string())
            .atItem(has_added_tokens_decoder_ ? "added_tokens_decoder" : key)
            .butFound("0 or more", found)
            .because("The file is damaged or was edited")
            .nextStep("Get the tokenizer's files again.");
    };
    for (const auto& [key, value] : added_tokens.items()) {
        std::int64_t id = -1;
        AddedToken token;
        if (has_added_tokens_decoder_) { // {"id": token}
            const auto [end, problem] = std::from_chars(key.data(), key.data() + key.size(), id);
            if (problem != std::errc() || end != key.data() + key.size() || id < 0)
                return badId(key, "\"" + key + "\"");
            HEADLIGHT_ASSIGN(token, this->token(value, false, "added_tokens_decoder[\"" + key + "\"]"));
        } else { // {"token": id}
            if (!value.is_number_integer() || value.get<double>() < 0 || value.get<double>() > 2147483647.0)
                return badId(key, describeJson(value));
            id = value.get<std::int64_t>();
            const auto isIt = [&text = key](const AddedToken& other) { return other.content == text; };
            token = specialToken(key);
            token.special = std::any_of(roles_.begin(), roles_.end(),
                                        [&](const auto& role) {
                                            return role.second.token && isIt(*role.second.token);
                                        }) ||
                            (extra_ && std::any_of(extra_->begin(), extra_->end(), isIt));
            token.normalized = !token.special;
        }
        added_by_content_[token.content] = token;
        added_[id] = std::move(token);
    }
    return {};
}

void PretrainedConfig::addTokensOfTokenizerJson(const std::vector<AddedToken>& tokens) {
    if (has_added_tokens_decoder_)
        return;
    for (const AddedToken& token : tokens) {
        added_by_content_[token.content] = token;
        added_[token.id.value_or(static_cast<std::int64_t>(added_.size()))] = token;
    }
}

std::optional<AddedToken> PretrainedConfig::named(std::string_view role,
                                                  std::optional<AddedToken> fallback) const {
    const auto found = roles_.find(role);
    if (found == roles_.end())
        return fallback;
    const auto& [token, is_bare] = found->second;
    if (!token)
        return std::nullopt;
    if (const auto added = added_by_content_.find(token->content); added != added_by_content_.end()) {
        AddedToken special = added->second;
        special.special = true;
        return special;
    }
    if (!is_bare || !fallback)
        return token;
    fallback->content = token->content;
    return fallback;
}

Result<bool> PretrainedConfig::boolean(const std::string& key, bool fallback) const {
    return JsonFields(settings_, file(), "tokenizer_config").boolean(key, fallback);
}

Result<std::int64_t> PretrainedConfig::integer(const std::string& key, std::int64_t fallback) const {
    return JsonFields(settings_, file(), "tokenizer_config").integer(key, fallback);
}

std::string PretrainedConfig::string(const std::string& key, const std::string& fallback) const {
    const std::string text = textOf(settings_, key.c_str());
    return text.empty() ? fallback : text;
}

} // namespace headlight
