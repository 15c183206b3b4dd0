// The classes of byte-level BPE (GPT-2, RoBERTa, ...) and of WordPiece (BERT, MPNet).
#include "core/tokenizer/class_builder.h"

#include <initializer_list>

namespace headlight {
namespace {

using Named = std::initializer_list<std::pair<std::string_view, std::string>>;

Result<ClassBuilder> byteLevelBuilder(const PretrainedConfig& config, ClassVocabulary vocabulary, Named named,
                                      bool add_prefix_space) {
    ClassBuilder b(config, std::move(vocabulary), named);
    HEADLIGHT_ASSIGN(add_prefix_space, config.boolean("add_prefix_space", add_prefix_space));
    HEADLIGHT_CHECK(b.bpe({}));
    HEADLIGHT_CHECK(b.byteLevel(add_prefix_space));
    b.takeAdditional();
    return b;
}

Result<ClassBuilder> bertBuilder(const PretrainedConfig& config, ClassVocabulary vocabulary, Named named) {
    ClassBuilder b(config, std::move(vocabulary), named);
    BertNormalizerOptions options;
    HEADLIGHT_ASSIGN(options.lowercase, config.boolean("do_lower_case", true));
    HEADLIGHT_ASSIGN(options.handle_chinese_chars, config.boolean("tokenize_chinese_chars", true));
    HEADLIGHT_ASSIGN(const bool strip, config.boolean("strip_accents", false));
    HEADLIGHT_ASSIGN(const bool strip_if_missing, config.boolean("strip_accents", true));
    if (strip == strip_if_missing) // missing: as lowercase
        options.strip_accents = strip;
    HEADLIGHT_CHECK(b.wordPiece());
    b.normalize(makeBertNormalizer(options));
    b.parts.pre_tokenizer = makeBertPreTokenizer();
    b.takeAdditional();
    return b;
}

} // namespace

Result<ClassParts> buildGpt2(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    HEADLIGHT_ASSIGN(ClassBuilder b, byteLevelBuilder(config, std::move(vocabulary),
                                                      {{"unk_token", "<|endoftext|>"},
                                                       {"bos_token", "<|endoftext|>"},
                                                       {"eos_token", "<|endoftext|>"}},
                                                      false));
    return b.finish();
}

/// Also BART, LED and Longformer.
Result<ClassParts> buildRoberta(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    HEADLIGHT_ASSIGN(ClassBuilder b, byteLevelBuilder(config, std::move(vocabulary),
                                                      {{"bos_token", "<s>"},
                                                       {"eos_token", "</s>"},
                                                       {"sep_token", "</s>"},
                                                       {"cls_token", "<s>"},
                                                       {"unk_token", "<unk>"},
                                                       {"pad_token", "<pad>"},
                                                       {"mask_token", "<mask>"}},
                                                      false));
    HEADLIGHT_ASSIGN(b.parts.trim_offsets, config.boolean("trim_offsets", true));
    b.parts.trims_like_roberta = true;
    return b.finish();
}

Result<ClassParts> buildGptNeoX(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    HEADLIGHT_ASSIGN(ClassBuilder b, byteLevelBuilder(config, std::move(vocabulary),
                                                      {{"unk_token", "<|endoftext|>"},
                                                       {"bos_token", "<|endoftext|>"},
                                                       {"eos_token", "<|endoftext|>"},
                                                       {"pad_token", "<|padding|>"}},
                                                      false));
    b.normalize(makeUnicodeNormalizer(NormalizationForm::Nfc));
    b.parts.only_bos_and_eos = true;
    return b.finish();
}

Result<ClassParts> buildQwen2(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    constexpr std::string_view pattern =
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    const std::string file = vocabulary.file;
    HEADLIGHT_ASSIGN(ClassBuilder b, byteLevelBuilder(config, std::move(vocabulary),
                                                      {{"unk_token", "<|endoftext|>"},
                                                       {"eos_token", "<|endoftext|>"},
                                                       {"pad_token", "<|endoftext|>"}},
                                                      false));
    HEADLIGHT_ASSIGN(Regex regex, Regex::compile(pattern, file, "Split"));
    std::vector<PreTokenizerPtr> steps;
    steps.push_back(makeSplitPreTokenizer(std::move(regex), SplitBehavior::Isolated, false));
    steps.push_back(makeByteLevelPreTokenizer(b.parts.add_prefix_space, nullptr));
    b.parts.pre_tokenizer = makeSequencePreTokenizer(std::move(steps));
    b.normalize(makeUnicodeNormalizer(NormalizationForm::Nfc));
    // All special tokens once more, without the settings they had.
    for (const auto& token : b.parts.named)
        if (token)
            b.parts.last.push_back(specialToken(token->content));
    if (config.extraTokens())
        for (const AddedToken& token : *config.extraTokens())
            b.parts.last.push_back(specialToken(token.content));
    return b.finish();
}

Result<ClassParts> buildBlenderbot(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    HEADLIGHT_ASSIGN(ClassBuilder b, byteLevelBuilder(config, std::move(vocabulary),
                                                      {{"bos_token", "<s>"},
                                                       {"eos_token", "</s>"},
                                                       {"sep_token", "</s>"},
                                                       {"cls_token", "<s>"},
                                                       {"unk_token", "<unk>"},
                                                       {"pad_token", "<pad>"}},
                                                      true));
    b.named("mask_token", specialTokenWithSpace("<mask>"));
    return b.finish();
}

Result<ClassParts> buildDeberta(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    HEADLIGHT_ASSIGN(ClassBuilder b, byteLevelBuilder(config, std::move(vocabulary),
                                                      {{"bos_token", "[CLS]"},
                                                       {"eos_token", "[SEP]"},
                                                       {"sep_token", "[SEP]"},
                                                       {"cls_token", "[CLS]"},
                                                       {"unk_token", "[UNK]"},
                                                       {"pad_token", "[PAD]"},
                                                       {"mask_token", "[MASK]"}},
                                                      false));
    const std::string cls = b.text("cls_token"), sep = b.text("sep_token");
    b.parts.single = ClassBuilder::templateOf({cls, "$A", sep});
    b.parts.pair = ClassBuilder::templateOf({cls, "$A", sep, sep, "$B", sep});
    return b.finish();
}

/// Also DistilBERT, ELECTRA and MobileBERT.
Result<ClassParts> buildBert(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    HEADLIGHT_ASSIGN(ClassBuilder b, bertBuilder(config, std::move(vocabulary),
                                                 {{"unk_token", "[UNK]"},
                                                  {"sep_token", "[SEP]"},
                                                  {"pad_token", "[PAD]"},
                                                  {"cls_token", "[CLS]"},
                                                  {"mask_token", "[MASK]"}}));
    const std::string cls = b.text("cls_token"), sep = b.text("sep_token");
    b.parts.single = ClassBuilder::templateOf({cls + ":0", "$A:0", sep + ":0"});
    b.parts.pair = ClassBuilder::templateOf({cls + ":0", "$A:0", sep + ":0", "$B:1", sep + ":1"});
    return b.finish();
}

Result<ClassParts> buildMpnet(const PretrainedConfig& config, ClassVocabulary vocabulary) {
    HEADLIGHT_ASSIGN(ClassBuilder b, bertBuilder(config, std::move(vocabulary),
                                                 {{"bos_token", "<s>"},
                                                  {"eos_token", "</s>"},
                                                  {"sep_token", "</s>"},
                                                  {"cls_token", "<s>"},
                                                  {"unk_token", "[UNK]"},
                                                  {"pad_token", "<pad>"}}));
    b.named("mask_token", specialTokenWithSpace("<mask>"));
    b.parts.trims_like_roberta = true;
    return b.finish();
}

} // namespace headlight
