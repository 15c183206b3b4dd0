// The classes whose vocabularies come from SentencePiece, but for translation models.
#include "core/tokenizer/class_builder.h"

#include <algorithm>

namespace headlight {
namespace {

std::vector<std::string> numbered(const std::string& stem, std::int64_t first, std::int64_t end) {
    std::vector<std::string> out;
    for (std::int64_t i = first; i < end; ++i)
        out.push_back("<" + stem + std::to_string(i) + ">");
    return out;
}

Result<std::int64_t> count(const PretrainedConfig& config, const std::string& key, std::int64_t fallback) {
    HEADLIGHT_ASSIGN(const std::int64_t value, config.integer(key, fallback));
    if (value < 0 || value > 100'000)
        return makeError(ErrorKind::Tokenizer, "a number of the tokenizer's settings is out of range")
            .inFile(config.file())
            .atItem(key)
            .butFound("0 to 100000", std::to_string(value))
            .because("The file is damaged or was edited")
            .nextStep("Get the tokenizer's files again.");
    return value;
}

PrependScheme scheme(bool add_prefix_space) {
    return add_prefix_space ? PrependScheme::Always : PrependScheme::Never;
}

} // namespace

/// Bos and eos only where the settings ask for them; "legacy" puts a space in front of every stretch of text.
Result<ClassParts> buildLlama(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"unk_token", "<unk>"}, {"bos_token", "<s>"}, {"eos_token", "</s>"}});
    HEADLIGHT_ASSIGN(const bool add_prefix_space, config.boolean("add_prefix_space", true));
    HEADLIGHT_ASSIGN(const bool legacy, config.boolean("legacy", false));
    BpeOptions options;
    options.fuse_unknown = true;
    options.byte_fallback = true;
    HEADLIGHT_CHECK(b.bpe(std::move(options)));
    b.metaspace(!add_prefix_space ? PrependScheme::Never
                : legacy          ? PrependScheme::Always
                                  : PrependScheme::First,
                false, false);
    b.decodeWithByteFallback(add_prefix_space);
    b.takeAdditional();
    return b.finish();
}

Result<ClassParts> buildGemma(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"unk_token", "<unk>"},
                    {"bos_token", "<bos>"},
                    {"eos_token", "<eos>"},
                    {"pad_token", "<pad>"},
                    {"mask_token", "<mask>"}});
    BpeOptions options;
    options.unknown_token = b.text("unk_token");
    options.fuse_unknown = true;
    options.byte_fallback = true;
    HEADLIGHT_CHECK(b.bpe(std::move(options)));
    b.normalizeByReplacingText(" ", std::string(escaped_space));
    b.parts.pre_tokenizer =
        makeSplitPreTokenizer(Regex::literal(" "), SplitBehavior::MergedWithPrevious, false);
    b.decodeWithByteFallback(false);
    b.takeAdditional();
    return b.finish();
}

/// <pad> </s> <unk>, pieces, and behind them the sentinels <extra_id_99> ... <extra_id_0>.
Result<ClassParts> buildT5(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}});
    HEADLIGHT_ASSIGN(const std::int64_t extra_ids, count(config, "extra_ids", 100));
    const std::vector<std::string> sentinels = numbered("extra_id_", 0, extra_ids);
    if (b.fromSentencePiece())
        for (auto sentinel = sentinels.rbegin(); sentinel != sentinels.rend(); ++sentinel)
            b.vocabulary().pieces.emplace_back(*sentinel, 0.0);
    HEADLIGHT_CHECK(b.unigram(2));
    HEADLIGHT_CHECK(b.normalizeByCharsmap());
    b.metaspace(PrependScheme::Always, true);
    b.takeAdditional();
    const auto& listed = b.parts.additional;
    if (!listed || std::none_of(listed->begin(), listed->end(), [](const AddedToken& token) {
            return token.content.find("<extra_id_") != std::string::npos;
        }))
        b.addAdditional(sentinels);
    b.parts.single = ClassBuilder::templateOf({"$A", "</s>"});
    b.parts.pair = ClassBuilder::templateOf({"$A", "</s>", "$B", "</s>"});
    return b.finish();
}

/// fairseq's numbers: <s> <pad> </s> <unk>, the pieces from the fourth on, <mask>.
Result<ClassParts> buildXlmRoberta(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"bos_token", "<s>"},
                    {"eos_token", "</s>"},
                    {"sep_token", "</s>"},
                    {"cls_token", "<s>"},
                    {"unk_token", "<unk>"},
                    {"pad_token", "<pad>"},
                    {"mask_token", "<mask>"}});
    HEADLIGHT_ASSIGN(const bool add_prefix_space, config.boolean("add_prefix_space", true));
    const std::string bos = b.text("bos_token"), eos = b.text("eos_token");
    if (b.fromSentencePiece())
        b.rearrange({bos, b.text("pad_token"), eos, b.text("unk_token")}, 3, {b.text("mask_token")});
    HEADLIGHT_CHECK(b.unigram(3));
    HEADLIGHT_CHECK(b.normalizeByCharsmap());
    b.metaspace(scheme(add_prefix_space), true);
    b.takeAdditional();
    b.parts.single = ClassBuilder::templateOf({bos, "$A", eos});
    b.parts.pair = ClassBuilder::templateOf({bos, "$A", eos, eos, "$B", eos});
    return b.finish();
}

/// Unused pieces stand where fairseq keeps its own.
Result<ClassParts> buildCamembert(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"bos_token", "<s>"},
                    {"eos_token", "</s>"},
                    {"sep_token", "</s>"},
                    {"cls_token", "<s>"},
                    {"unk_token", "<unk>"},
                    {"pad_token", "<pad>"}});
    b.named("mask_token", specialTokenWithSpace("<mask>"));
    HEADLIGHT_ASSIGN(const bool add_prefix_space, config.boolean("add_prefix_space", true));
    if (b.fromSentencePiece()) {
        b.rearrange({"<s>NOTUSED", b.text("pad_token"), "</s>NOTUSED", b.text("unk_token"), "<unk>NOTUSED"},
                    1, {b.text("mask_token")});
        b.vocabulary().pieces[4].second = -100.0;
    }
    HEADLIGHT_CHECK(b.unigram(b.vocabulary().find(b.text("unk_token")).value_or(0)));
    HEADLIGHT_CHECK(b.normalizeByCharsmap());
    b.metaspace(scheme(add_prefix_space), true);
    b.takeAdditional();
    if (!b.parts.additional)
        b.addAdditional({"<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"});
    const std::string bos = b.text("bos_token"), eos = b.text("eos_token");
    b.parts.single = ClassBuilder::templateOf({bos, "$A", eos});
    b.parts.pair = ClassBuilder::templateOf({bos, "$A", eos, eos, "$B", eos});
    return b.finish();
}

/// <pad> </s> <mask_1> <mask_2>, <unk_2> ... <unk_102> that only pretraining used, and the pieces from the
/// third on: every piece stands `offset` further back than SentencePiece has it.
Result<ClassParts> buildPegasus(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(
        config, std::move(vocabulary),
        {{"pad_token", "<pad>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"mask_token", "<mask_2>"}});
    HEADLIGHT_ASSIGN(const std::int64_t offset, count(config, "offset", 103));
    const std::vector<std::string> unused = numbered("unk_", 2, offset);
    const std::string sentence_mask = config.string("mask_token_sent", "");
    if (b.fromSentencePiece()) {
        // The vocabulary has the masks' names the other way round where no file gives them.
        const std::string first = config.has("mask_token") ? b.text("mask_token") : "<mask_1>",
                          second = sentence_mask.empty() ? "<mask_2>" : sentence_mask;
        ClassVocabulary::Pieces front{{b.text("pad_token"), 0.0}, {b.text("eos_token"), 0.0}};
        if (first != "None")
            front.emplace_back(first, 0.0);
        if (second != first)
            front.emplace_back(second, 0.0);
        for (const std::string& token : unused)
            front.emplace_back(token, -100.0);
        auto& pieces = b.vocabulary().pieces;
        pieces.erase(pieces.begin(),
                     pieces.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, pieces.size())));
        pieces.insert(pieces.begin(), front.begin(), front.end());
    }
    HEADLIGHT_CHECK(b.unigram(b.vocabulary().find(b.text("unk_token")).value_or(-1)));
    HEADLIGHT_CHECK(b.normalizeByCharsmap());
    if (!b.hasCharsmap())
        b.normalizeByReplacingText("\n", " ");
    HEADLIGHT_CHECK(b.normalizeByReplacing(" {2,}", " "));
    b.metaspace(PrependScheme::Always, false);
    b.takeAdditional();
    const std::string own_mask = sentence_mask.empty() ? "<mask_1>" : sentence_mask;
    const auto& listed = b.parts.additional;
    const bool has_mask = listed && std::any_of(listed->begin(), listed->end(), [&](const AddedToken& token) {
                              return token.content == own_mask;
                          });
    b.parts.additional.emplace();
    if (!has_mask)
        b.addAdditional({own_mask});
    b.addAdditional(unused);
    b.parts.single = ClassBuilder::templateOf({"$A", b.text("eos_token")});
    b.parts.pair = ClassBuilder::templateOf({"$A", "$B", b.text("eos_token")});
    return b.finish();
}

Result<ClassParts> buildAlbert(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"bos_token", "[CLS]"},
                    {"eos_token", "[SEP]"},
                    {"unk_token", "<unk>"},
                    {"sep_token", "[SEP]"},
                    {"pad_token", "<pad>"},
                    {"cls_token", "[CLS]"},
                    {"mask_token", "[MASK]"}});
    HEADLIGHT_ASSIGN(const bool lower_case, config.boolean("do_lower_case", true));
    HEADLIGHT_ASSIGN(const bool keep_accents, config.boolean("keep_accents", false));
    HEADLIGHT_ASSIGN(const bool add_prefix_space, config.boolean("add_prefix_space", true));
    HEADLIGHT_CHECK(b.unigram(1));
    b.normalizeByReplacingText("``", "\"");
    b.normalizeByReplacingText("''", "\"");
    if (!keep_accents) {
        b.normalize(makeUnicodeNormalizer(NormalizationForm::Nfkd));
        b.normalize(makeStripAccentsNormalizer());
    }
    if (lower_case)
        b.normalize(makeLowercaseNormalizer());
    HEADLIGHT_CHECK(b.normalizeByCharsmap());
    b.metaspace(scheme(add_prefix_space), true);
    b.takeAdditional();
    const std::string cls = b.text("cls_token"), sep = b.text("sep_token");
    b.parts.single = ClassBuilder::templateOf({cls + ":0", "$A:0", sep + ":0"});
    b.parts.pair = ClassBuilder::templateOf({cls + ":0", "$A:0", sep + ":0", "$B:1", sep + ":1"});
    b.parts.template_gives_way = true;
    return b.finish();
}

Result<ClassParts> buildDebertaV2(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    ClassBuilder b(config, std::move(vocabulary),
                   {{"bos_token", "[CLS]"},
                    {"eos_token", "[SEP]"},
                    {"unk_token", "[UNK]"},
                    {"sep_token", "[SEP]"},
                    {"pad_token", "[PAD]"},
                    {"cls_token", "[CLS]"},
                    {"mask_token", "[MASK]"}});
    HEADLIGHT_ASSIGN(const bool lower_case, config.boolean("do_lower_case", false));
    HEADLIGHT_ASSIGN(const bool split_by_punct, config.boolean("split_by_punct", false));
    HEADLIGHT_ASSIGN(const bool add_prefix_space, config.boolean("add_prefix_space", true));
    HEADLIGHT_ASSIGN(
        std::int64_t unknown_id,
        config.integer("unk_id", b.fromSentencePiece() ? b.vocabulary().sentence_piece->unknown_id : 1));
    const auto& pieces = b.vocabulary().pieces;
    const auto unknown =
        std::find(pieces.begin(), pieces.end(), std::pair<std::string, double>(b.text("unk_token"), 0.0));
    if (unknown != pieces.end())
        unknown_id = unknown - pieces.begin();
    HEADLIGHT_CHECK(b.unigram(unknown_id));
    if (lower_case)
        b.normalize(makeLowercaseNormalizer());
    HEADLIGHT_CHECK(b.normalizeByReplacing("\\s{2,}|[\\n\\r\\t]", " "));
    b.normalize(makeUnicodeNormalizer(NormalizationForm::Nfc));
    b.normalize(makeStripNormalizer(false, true));
    b.metaspace(add_prefix_space ? PrependScheme::Always : PrependScheme::First, false);
    if (split_by_punct) {
        std::vector<PreTokenizerPtr> steps;
        steps.push_back(makePunctuationPreTokenizer(SplitBehavior::Isolated));
        steps.push_back(std::move(b.parts.pre_tokenizer));
        b.parts.pre_tokenizer = makeSequencePreTokenizer(std::move(steps));
    }
    b.takeAdditional();
    const std::string cls = b.text("cls_token"), sep = b.text("sep_token");
    b.parts.single = ClassBuilder::templateOf({cls + ":0", "$A:0", sep + ":0"});
    b.parts.pair = ClassBuilder::templateOf({cls + ":0", "$A:0", sep + ":0", "$B:1", sep + ":1"});
    return b.finish();
}

Result<ClassParts> buildGenericSentencePiece(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    const SentencePieceFile& model = *vocabulary.sentence_piece;
    std::vector<std::pair<std::string_view, std::string>> own;
    if (model.bos_id >= 0)
        own.emplace_back("bos_token", model.bos_piece);
    if (model.eos_id >= 0)
        own.emplace_back("eos_token", model.eos_piece);
    own.emplace_back("unk_token", model.unknown_piece);
    const bool byte_fallback = model.byte_fallback;
    ClassBuilder b(config, std::move(vocabulary), {});
    for (auto& [role, content] : own)
        b.named(role, specialToken(std::move(content)));
    HEADLIGHT_CHECK(b.normalizeByCharsmap());
    b.normalizeByReplacingText(" ", std::string(escaped_space));
    if (b.vocabulary().kind == ClassVocabulary::Kind::Unigram) {
        HEADLIGHT_CHECK(b.unigram(b.vocabulary().sentence_piece->unknown_id, byte_fallback));
    } else {
        BpeOptions options;
        options.unknown_token = b.vocabulary().sentence_piece->unknown_piece;
        options.fuse_unknown = true;
        options.byte_fallback = byte_fallback;
        HEADLIGHT_CHECK(b.bpe(std::move(options)));
    }
    if (byte_fallback)
        b.decodeWithByteFallback(false);
    else
        b.parts.decoder = makeReplaceDecoder(Regex::literal(escaped_space), " ");
    b.parts.spelling.space = std::string(escaped_space);
    b.takeAdditional();
    return b.finish();
}

} // namespace headlight
