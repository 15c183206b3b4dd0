#include "core/tokenizer/class_assembly.h"

#include <algorithm>
#include <set>

namespace headlight {
namespace {

class Assembly {
public:
    Assembly(const PretrainedConfig& config, ClassParts parts, ClassSource source)
        : config_(config)
        , class_(std::move(parts))
        , source_(std::move(source)) {}

    Result<TokenizerParts> run() {
        out_.model = std::move(class_.model);
        out_.normalizer = std::move(class_.normalizer);
        out_.pre_tokenizer = std::move(class_.pre_tokenizer);
        out_.decoder = std::move(class_.decoder);
        out_.spelling = std::move(class_.spelling);
        if (const auto& mask = role("mask_token"))
            out_.mask_token = mask->content;
        HEADLIGHT_ASSIGN(out_.added, AddedVocabulary::build(tokensToAdd(config_, class_, {}), *out_.model,
                                                            out_.normalizer.get(), source_.file));
        HEADLIGHT_ASSIGN(const bool split_special_tokens, config_.boolean("split_special_tokens", false));
        out_.added.leaveSpecialTokensInText(split_special_tokens);
        if (class_.languages)
            addLanguages();
        else
            HEADLIGHT_CHECK(addPostProcessor(std::move(source_.post_processor)));
        return std::move(out_);
    }

private:
    [[nodiscard]] std::optional<TokenId> idOf(const std::string& content) const {
        const auto added = out_.added.find(content);
        return added ? added : out_.model->vocabulary().find(content);
    }
    [[nodiscard]] const std::optional<AddedToken>& role(std::string_view name) const {
        const auto at = std::find(PretrainedConfig::roles.begin(), PretrainedConfig::roles.end(), name) -
                        PretrainedConfig::roles.begin();
        return class_.named[static_cast<std::size_t>(at)];
    }
    /// A special token; without an id of its own it has the unknown token's.
    Result<SpecialToken> special(const std::string& content) const {
        const auto id = source_.tokens_must_exist ? out_.model->vocabulary().find(content) : idOf(content);
        if (id)
            return SpecialToken{content, *id};
        const auto& unknown = role("unk_token");
        const auto unknown_id = unknown && !source_.tokens_must_exist ? idOf(unknown->content) : std::nullopt;
        if (unknown_id)
            return SpecialToken{content, *unknown_id};
        return makeError(ErrorKind::Tokenizer, "a special token is not in the vocabulary")
            .inFile(source_.file)
            .atItem(content)
            .butFound("\"" + content + "\" in the vocabulary", "none")
            .because("The vocabulary belongs to another kind of tokenizer")
            .nextStep("Put the model's tokenizer.json into the folder.");
    }

    Result<void> addTemplate(std::vector<TemplatePiece> single, std::vector<TemplatePiece> pair) {
        ProcessingTemplate processing;
        for (const auto* pieces : {&single, &pair})
            for (const TemplatePiece& piece : *pieces)
                if (piece.sequence < 0 && !processing.special_tokens.contains(piece.special)) {
                    HEADLIGHT_ASSIGN(SpecialToken token, special(piece.special));
                    processing.special_tokens[piece.special] = {std::move(token)};
                }
        processing.single = std::move(single);
        processing.pair = std::move(pair);
        out_.post_processor = makeTemplatePostProcessor(std::move(processing), source_.file);
        return {};
    }

    Result<void> addPostProcessor(PostProcessorPtr from_file) {
        if (class_.trims_like_roberta) {
            const auto text = [this](std::string_view name) {
                return role(name) ? role(name)->content : std::string("None");
            };
            HEADLIGHT_ASSIGN(SpecialToken separator, special(text("sep_token")));
            HEADLIGHT_ASSIGN(SpecialToken classifier, special(text("cls_token")));
            out_.post_processor = makeRobertaPostProcessor(std::move(separator), std::move(classifier),
                                                           class_.trim_offsets, class_.add_prefix_space);
            return {};
        }
        if (!class_.single.empty() && !(class_.template_gives_way && from_file))
            return addTemplate(std::move(class_.single), std::move(class_.pair));
        if (from_file && !class_.only_bos_and_eos) {
            out_.post_processor = std::move(from_file);
            return {};
        }
        return addBosAndEos();
    }

    /// add_bos_token and add_eos_token; tokenizer.json goes before them, even where it has no post-processor.
    Result<void> addBosAndEos() {
        HEADLIGHT_ASSIGN(bool bos, config_.boolean("add_bos_token", false));
        HEADLIGHT_ASSIGN(bool eos, config_.boolean("add_eos_token", false));
        bos = bos && !source_.has_tokenizer_json && role("bos_token");
        eos = eos && !source_.has_tokenizer_json && role("eos_token");
        std::vector<TemplatePiece> pair;
        for (const int sequence : {0, 1}) {
            const auto type_id = static_cast<std::uint8_t>(sequence);
            if (bos)
                pair.push_back({-1, role("bos_token")->content, type_id});
            pair.push_back({sequence, "", type_id});
            if (eos)
                pair.push_back({-1, role("eos_token")->content, type_id});
        }
        std::vector<TemplatePiece> single(pair.begin(),
                                          pair.begin() + static_cast<std::ptrdiff_t>(pair.size() / 2));
        return addTemplate(std::move(single), std::move(pair));
    }

    void addLanguages() {
        LanguageTokens languages;
        languages.code_first = class_.languages->code_first;
        languages.source = class_.languages->source;
        languages.target = class_.languages->target;
        const auto end = role("eos_token");
        languages.end = {end ? end->content : "</s>", idOf(end ? end->content : "</s>").value_or(0)};
        for (const std::string& code : class_.languages->codes)
            if (const auto id = idOf(code))
                languages.codes[code] = {code, *id};
        // A code the vocabulary lacks is the unknown token, as everywhere.
        const auto& unknown = role("unk_token");
        for (const std::string& code : {languages.source, languages.target})
            if (!languages.codes.contains(code))
                languages.codes[code] = {
                    code, idOf(code).value_or(unknown ? idOf(unknown->content).value_or(0) : 0)};
        out_.languages = std::move(languages);
    }

    const PretrainedConfig& config_;
    ClassParts class_;
    ClassSource source_;
    TokenizerParts out_;
};

} // namespace

std::vector<AddedToken> tokensToAdd(const PretrainedConfig& config, const ClassParts& parts,
                                    const std::vector<AddedToken>& known) {
    std::vector<AddedToken> tokens = known;
    std::set<std::string> contents, special_contents;
    for (const AddedToken& token : known)
        contents.insert(token.content);
    const auto add = [&](AddedToken token, bool is_special) {
        token.id.reset();
        token.special = token.special || is_special;
        if (!token.content.empty())
            tokens.push_back(std::move(token));
    };
    for (const auto& [id, token] : config.addedTokens()) {
        contents.insert(token.content);
        add(token, false);
    }
    for (const auto& token : parts.named)
        if (token) {
            special_contents.insert(token->content);
            if (!contents.contains(token->content))
                add(*token, true);
        }
    for (const AddedToken& token : config.modelTokens())
        if (!contents.contains(token.content))
            add(token, true);
    const auto& extra = config.extraTokens() ? config.extraTokens() : parts.additional;
    if (extra)
        for (const AddedToken& token : *extra)
            if (!contents.contains(token.content))
                add(token, special_contents.contains(token.content));
    for (const AddedToken& token : parts.last)
        add(token, true);
    return tokens;
}

Result<TokenizerParts> assembleClass(const PretrainedConfig& config, ClassParts parts, ClassSource source) {
    return Assembly(config, std::move(parts), std::move(source)).run();
}

} // namespace headlight
