// The post-processors of tokenizer.json: they trim offsets and add the model's special tokens.
#pragma once

#include "core/tokenizer/tokenizer.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headlight {

/// The two texts being encoded; the second is empty where there is only one.
using EncodedTexts = std::array<std::string_view, 2>;

/// One step of post-processing. Immutable; may be used from several threads at once.
class PostProcessor {
public:
    virtual ~PostProcessor() = default;
    /// Takes the encodings of one or two texts (or what an earlier step made of them), gives what is to be joined.
    virtual Result<std::vector<Encoding>> apply(std::vector<Encoding> encodings, const EncodedTexts& texts, bool add_special_tokens) const = 0;
};
using PostProcessorPtr = std::unique_ptr<const PostProcessor>;

struct SpecialToken {
    std::string token;
    TokenId id = 0;
};

struct TemplatePiece {
    int sequence = -1;    ///< 0 first text, 1 second text, -1 special tokens
    std::string special;  ///< name of the special tokens
    std::uint8_t type_id = 0;
};

struct ProcessingTemplate {
    std::vector<TemplatePiece> single;
    std::vector<TemplatePiece> pair;
    std::map<std::string, std::vector<SpecialToken>> special_tokens;
};

PostProcessorPtr makeSequencePostProcessor(std::vector<PostProcessorPtr> steps);
/// Every special token a template names is in its special_tokens (the caller checks).
PostProcessorPtr makeTemplatePostProcessor(ProcessingTemplate processing, const std::string& file);
/// `[CLS] A [SEP]`, `[CLS] A [SEP] B [SEP]` with type ids 0 and 1.
PostProcessorPtr makeBertPostProcessor(SpecialToken separator, SpecialToken classifier);
/// `<s> A </s>`, `<s> A </s></s> B </s>`, all of type 0.
PostProcessorPtr makeRobertaPostProcessor(SpecialToken separator, SpecialToken classifier, bool trim_offsets, bool add_prefix_space);
PostProcessorPtr makeByteLevelPostProcessor(bool trim_offsets, bool add_prefix_space);

/// Appends `from` to `to`.
void appendEncoding(Encoding& to, Encoding from);

} // namespace headlight
