// The decoders of tokenizer.json: they turn token strings back into text.
#pragma once

#include "core/tokenizer/pre_tokenizers.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/unicode.h"

#include <memory>
#include <string>
#include <vector>

namespace headlight {

/// One step of decoding: a list of strings into another; the last one's strings are joined. Immutable; may be used
/// from several threads at once. Where a pattern gives up, its tokens stay as they are.
class Decoder {
public:
    virtual ~Decoder() = default;
    virtual std::vector<std::string> apply(std::vector<std::string> tokens) const = 0;
};
using DecoderPtr = std::unique_ptr<const Decoder>;

DecoderPtr makeSequenceDecoder(std::vector<DecoderPtr> steps);
DecoderPtr makeByteLevelDecoder();
DecoderPtr makeWordPieceDecoder(std::string prefix, bool cleanup);
DecoderPtr makeMetaspaceDecoder(CodePoint replacement, PrependScheme prepend_scheme);
DecoderPtr makeBpeDecoder(std::string suffix);
DecoderPtr makeByteFallbackDecoder();
DecoderPtr makeFuseDecoder();
DecoderPtr makeStripDecoder(CodePoint content, std::size_t start, std::size_t stop);
DecoderPtr makeReplaceDecoder(Regex pattern, std::string content);
/// SentencePiece's own decoding: pieces joined, "▁" a space, none in front. `specials` stand apart, each with `behind` it:
/// a space in transformers' Marian tokenizer, nothing in its M2M-100. `has_bytes`: "<0xE2>" are bytes.
DecoderPtr makeSentencePieceDecoder(std::vector<std::string> specials, std::string behind, bool has_bytes);
DecoderPtr makeCtcDecoder(std::string pad_token, std::string word_delimiter_token, bool cleanup);

} // namespace headlight
