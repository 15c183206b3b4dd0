// The pre-tokenizers of tokenizer.json: they cut the normalized text into the pieces a model tokenizes one by one.
#pragma once

#include "core/tokenizer/pre_tokenized_text.h"
#include "core/tokenizer/regex.h"

#include <memory>
#include <string>
#include <vector>

namespace headlight {

/// One step of pre-tokenization. Immutable; may be used from several threads at once.
class PreTokenizer {
public:
    virtual ~PreTokenizer() = default;
    /// Fails only where a regular expression gives up.
    virtual Result<void> apply(PreTokenizedText& text) const = 0;
};
using PreTokenizerPtr = std::unique_ptr<const PreTokenizer>;

enum class PrependScheme { First, Never, Always };

struct MetaspaceOptions {
    CodePoint replacement = 0x2581; ///< "▁"
    PrependScheme prepend_scheme = PrependScheme::Always;
    bool split = true;
};

PreTokenizerPtr makeSequencePreTokenizer(std::vector<PreTokenizerPtr> steps);
PreTokenizerPtr makeBertPreTokenizer();
/// `pattern`: GPT-2's, or none where use_regex is false.
PreTokenizerPtr makeByteLevelPreTokenizer(bool add_prefix_space, std::unique_ptr<Regex> pattern);
PreTokenizerPtr makeMetaspacePreTokenizer(const MetaspaceOptions& options);
PreTokenizerPtr makeWhitespacePreTokenizer();
PreTokenizerPtr makeWhitespaceSplitPreTokenizer();
PreTokenizerPtr makePunctuationPreTokenizer(SplitBehavior behavior);
PreTokenizerPtr makeSplitPreTokenizer(Regex pattern, SplitBehavior behavior, bool invert);
PreTokenizerPtr makeDigitsPreTokenizer(bool individual_digits);
PreTokenizerPtr makeCharDelimiterPreTokenizer(CodePoint delimiter);
PreTokenizerPtr makeUnicodeScriptsPreTokenizer();
/// `length` in characters, at least 1.
PreTokenizerPtr makeFixedLengthPreTokenizer(std::size_t length);

/// GPT-2's pattern, which ByteLevel uses. Reference: openai/gpt-2 encoder.py.
inline constexpr std::string_view gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

} // namespace headlight
