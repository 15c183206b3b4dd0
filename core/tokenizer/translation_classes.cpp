// The classes of translation models that put a language's code beside the text: mBART, mBART-50 and NLLB.
#include "core/tokenizer/class_builder.h"

#include <algorithm>
#include <cctype>

namespace headlight {
namespace {

const std::vector<std::string>& mbartCodes() {
    static const std::vector<std::string> codes{"ar_AR", "cs_CZ", "de_DE", "en_XX", "es_XX", "et_EE", "fi_FI",
                                                "fr_XX", "gu_IN", "hi_IN", "it_IT", "ja_XX", "kk_KZ", "ko_KR",
                                                "lt_LT", "lv_LV", "my_MM", "ne_NP", "nl_XX", "ro_RO", "ru_RU",
                                                "si_LK", "tr_TR", "vi_VN", "zh_CN"};
    return codes;
}

const std::vector<std::string>& mbart50Codes() {
    static const std::vector<std::string> codes = [] {
        std::vector<std::string> all = mbartCodes();
        for (const char* code :
             {"af_ZA", "az_AZ", "bn_IN", "fa_IR", "he_IL", "hr_HR", "id_ID", "ka_GE", "km_KH",
              "mk_MK", "ml_IN", "mn_MN", "mr_IN", "pl_PL", "ps_AF", "pt_XX", "sv_SE", "sw_KE",
              "ta_IN", "te_IN", "th_TH", "tl_XX", "uk_UA", "ur_PK", "xh_ZA", "gl_ES", "sl_SI"})
            all.emplace_back(code);
        return all;
    }();
    return codes;
}

/// A code of FLORES-200: three letters, "_", a script of four ("fra_Latn").
bool isFloresCode(std::string_view text) {
    const auto isLetter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
    return text.size() == 8 && text[3] == '_' && std::all_of(text.begin(), text.begin() + 3, isLetter) &&
           std::all_of(text.begin() + 4, text.end(), isLetter);
}

LanguageScheme languages(const PretrainedConfig& config, bool code_first, const std::string& source,
                         std::vector<std::string> codes) {
    LanguageScheme scheme;
    scheme.code_first = code_first;
    scheme.source = config.string("src_lang", source);
    scheme.target = config.string("tgt_lang", scheme.source);
    scheme.codes = std::move(codes);
    return scheme;
}

} // namespace

/// XLM-R's numbers, then the codes of 25 languages and <mask>. The text is not normalized.
Result<ClassParts> buildMBart(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"bos_token", "<s>"},
                    {"eos_token", "</s>"},
                    {"sep_token", "</s>"},
                    {"cls_token", "<s>"},
                    {"unk_token", "<unk>"},
                    {"pad_token", "<pad>"}});
    b.named("mask_token", specialTokenWithSpace("<mask>"));
    if (b.fromSentencePiece()) {
        std::vector<std::string> back = mbartCodes();
        back.push_back(b.text("mask_token"));
        b.rearrange({b.text("bos_token"), b.text("pad_token"), b.text("eos_token"), b.text("unk_token")}, 3,
                    back);
    }
    HEADLIGHT_CHECK(b.unigram(3));
    b.metaspace(PrependScheme::Always, true);
    b.takeAdditional();
    const std::vector<AddedToken> listed = b.parts.additional.value_or(std::vector<AddedToken>());
    b.parts.additional.emplace();
    b.addAdditional(mbartCodes());
    for (const AddedToken& token : listed)
        if (std::find(mbartCodes().begin(), mbartCodes().end(), token.content) == mbartCodes().end())
            b.parts.additional->push_back(token);
    b.parts.languages = languages(config, false, "en_XX", mbartCodes());
    return b.finish();
}

Result<ClassParts> buildMBart50(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"eos_token", "</s>"},
                    {"sep_token", "</s>"},
                    {"cls_token", "<s>"},
                    {"unk_token", "<unk>"},
                    {"pad_token", "<pad>"}});
    b.named("mask_token", specialTokenWithSpace("<mask>"));
    const auto& codes = mbart50Codes();
    const auto& pieces = b.vocabulary().pieces;
    const bool has_codes = std::any_of(pieces.begin(), pieces.end(), [&](const auto& piece) {
        return std::find(codes.begin(), codes.end(), piece.first) != codes.end();
    });
    if (!has_codes) {
        std::vector<std::string> back = codes;
        back.push_back(b.text("mask_token"));
        b.rearrange({b.text("cls_token"), b.text("pad_token"), b.text("eos_token"), b.text("unk_token")}, 3,
                    back);
    }
    HEADLIGHT_CHECK(b.unigram(3));
    HEADLIGHT_CHECK(b.normalizeByCharsmap());
    HEADLIGHT_CHECK(b.normalizeByReplacing(" {2,}", " "));
    b.metaspace(PrependScheme::Always, false);
    b.takeAdditional();
    b.addAdditional(codes);
    b.parts.languages = languages(config, true, "en_XX", codes);
    return b.finish();
}

/// BPE with <s> <pad> </s> <unk> in front; the codes are added tokens.
Result<ClassParts> buildNllb(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"bos_token", "<s>"},
                    {"eos_token", "</s>"},
                    {"sep_token", "</s>"},
                    {"cls_token", "<s>"},
                    {"unk_token", "<unk>"},
                    {"pad_token", "<pad>"}});
    AddedToken mask = specialTokenWithSpace("<mask>");
    mask.normalized = true;
    b.named("mask_token", std::move(mask));
    HEADLIGHT_ASSIGN(const bool legacy, config.boolean("legacy_behaviour", false));
    if (b.fromSentencePiece()) {
        ClassVocabulary::Tokens tokens;
        for (const char* role : {"bos_token", "pad_token", "eos_token", "unk_token"})
            tokens.emplace_back(b.text(role), static_cast<std::int64_t>(tokens.size()));
        const ClassVocabulary::Tokens front = tokens;
        for (const auto& [token, id] : b.vocabulary().tokens)
            if (std::none_of(front.begin(), front.end(),
                             [&text = token](const auto& other) { return other.first == text; }))
                tokens.emplace_back(token, static_cast<std::int64_t>(tokens.size()));
        b.vocabulary().tokens = std::move(tokens);
    }
    BpeOptions options;
    options.unknown_token = b.text("unk_token");
    options.fuse_unknown = true;
    HEADLIGHT_CHECK(b.bpe(std::move(options)));
    if (b.hasCharsmap()) {
        HEADLIGHT_CHECK(b.normalizeByCharsmap());
        HEADLIGHT_CHECK(b.normalizeByReplacing(" {2,}", " "));
    }
    b.metaspace(PrependScheme::Always, false);
    b.takeAdditional();
    std::vector<std::string> codes;
    using TokenList = std::optional<std::vector<AddedToken>>;
    for (const TokenList* list :
         std::initializer_list<const TokenList*>{&config.extraTokens(), &b.parts.additional})
        if (*list && codes.empty())
            for (const AddedToken& token : **list)
                if (isFloresCode(token.content))
                    codes.push_back(token.content);
    if (codes.empty())
        for (const auto& [id, token] : config.addedTokens())
            if (isFloresCode(token.content))
                codes.push_back(token.content);
    b.parts.languages = languages(config, !legacy, "eng_Latn", std::move(codes));
    return b.finish();
}

} // namespace headlight
