// The normalizers of tokenizer.json: they change the text before it is split.
#pragma once

#include "core/tokenizer/normalized_string.h"
#include "core/tokenizer/precompiled_charsmap.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/unicode_normalization.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// One step of normalization. Immutable; may be used from several threads at once.
class Normalizer {
public:
    virtual ~Normalizer() = default;
    /// Fails only where a regular expression gives up.
    virtual Result<void> apply(NormalizedString& string) const = 0;
};
using NormalizerPtr = std::unique_ptr<const Normalizer>;

struct BertNormalizerOptions {
    bool clean_text = true;
    bool handle_chinese_chars = true;
    std::optional<bool> strip_accents; ///< as lowercase when absent
    bool lowercase = true;
};

NormalizerPtr makeSequenceNormalizer(std::vector<NormalizerPtr> steps);
NormalizerPtr makeBertNormalizer(const BertNormalizerOptions& options);
NormalizerPtr makeUnicodeNormalizer(NormalizationForm form);
NormalizerPtr makeLowercaseNormalizer();
NormalizerPtr makeStripAccentsNormalizer();
NormalizerPtr makeStripNormalizer(bool left, bool right);
NormalizerPtr makeReplaceNormalizer(Regex pattern, std::string content);
NormalizerPtr makePrependNormalizer(std::string prefix);
NormalizerPtr makePrecompiledNormalizer(PrecompiledCharsmap map);
NormalizerPtr makeNmtNormalizer();
NormalizerPtr makeByteLevelNormalizer();

} // namespace headlight
