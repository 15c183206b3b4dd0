// The JSON files beside a vocabulary: which tokenizer class of transformers a folder is for, and its special
// tokens.
#pragma once

#include "core/checkpoint/json_file.h"
#include "core/tokenizer/added_vocabulary.h"

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// tokenizer_config.json, special_tokens_map.json, added_tokens.json and config.json, merged as transformers'
/// PreTrainedTokenizerBase._from_pretrained does it.
class PretrainedConfig {
public:
    /// The special tokens every class knows, in the order in which they are added.
    static constexpr std::array<std::string_view, 7> roles{"bos_token", "eos_token", "unk_token", "sep_token",
                                                           "pad_token", "cls_token", "mask_token"};

    /// Files that are missing count as empty. Errors: no JSON, no object, a special token of the wrong type.
    static Result<PretrainedConfig> read(const std::filesystem::path& folder);

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    /// tokenizer_config.json, for messages.
    [[nodiscard]] std::string file() const { return (folder_ / "tokenizer_config.json").string(); }
    /// config.json's model_type, or "".
    [[nodiscard]] const std::string& modelType() const { return model_type_; }
    /// The class the files name, without "Fast", or "".
    [[nodiscard]] const std::string& namedClass() const { return named_class_; }

    [[nodiscard]] bool has(const std::string& key) const { return settings_.contains(key); }
    /// A setting of tokenizer_config.json; the fallback where it is missing or null.
    Result<bool> boolean(const std::string& key, bool fallback) const;
    Result<std::int64_t> integer(const std::string& key, std::int64_t fallback) const;
    [[nodiscard]] std::string string(const std::string& key, const std::string& fallback) const;

    /// The token of a role: what the files say, or the class's own; nothing where the files say null. A bare
    /// string in the files is spelled as there and stripped as the class's own.
    [[nodiscard]] std::optional<AddedToken> named(std::string_view role,
                                                  std::optional<AddedToken> fallback) const;
    /// tokenizer_config.json's "extra_special_tokens", or the older "additional_special_tokens".
    [[nodiscard]] const std::optional<std::vector<AddedToken>>& extraTokens() const { return extra_; }
    /// special_tokens_map.json's "additional_special_tokens", which a class may add to.
    [[nodiscard]] const std::optional<std::vector<AddedToken>>& additionalTokens() const {
        return additional_;
    }
    /// Other "..._token" entries ("image_token"), which transformers treats as special tokens too.
    [[nodiscard]] const std::vector<AddedToken>& modelTokens() const { return model_tokens_; }
    /// "added_tokens_decoder" (or added_tokens.json), by id.
    [[nodiscard]] const std::map<std::int64_t, AddedToken>& addedTokens() const { return added_; }
    /// Where tokenizer_config.json has no "added_tokens_decoder", tokenizer.json's list stands in for it.
    void addTokensOfTokenizerJson(const std::vector<AddedToken>& tokens);

private:
    Result<void> readTokens(const Json& special_tokens_map, const Json& added_tokens);
    Result<void> readAddedTokens(const Json& added_tokens);
    Result<void> readRoles();
    Result<void> readExtraTokens();
    Result<std::optional<std::vector<AddedToken>>> list(const Json& json, const std::string& item) const;
    Result<AddedToken> token(const Json& value, bool special, const std::string& item) const;

    std::filesystem::path folder_;
    Json settings_ = Json::object();
    std::string model_type_;
    std::string named_class_;
    bool has_added_tokens_decoder_ = false;
    struct Role {
        std::optional<AddedToken> token;
        bool is_bare = false; // a string, not an object
    };
    std::map<std::string, Role, std::less<>> roles_; // as the files give them
    std::optional<std::vector<AddedToken>> extra_;
    std::optional<std::vector<AddedToken>> additional_;
    std::vector<AddedToken> model_tokens_;
    std::map<std::int64_t, AddedToken> added_;
    std::map<std::string, AddedToken, std::less<>> added_by_content_;
};

/// A special token as transformers makes one from a string.
[[nodiscard]] AddedToken specialToken(std::string content);
/// The same that takes the space before it, as most mask tokens.
[[nodiscard]] AddedToken specialTokenWithSpace(std::string content);

} // namespace headlight
