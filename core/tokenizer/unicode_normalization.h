// NFC, NFD, NFKC and NFKD with the bookkeeping a NormalizedString needs.
#pragma once

#include "core/tokenizer/normalized_string.h"

#include <string_view>
#include <vector>

namespace headlight {

enum class NormalizationForm { Nfc, Nfd, Nfkc, Nfkd };

/// True if normalizing cannot change `text` (decided quickly; false may be wrong).
[[nodiscard]] bool isSurelyNormalized(std::string_view text, NormalizationForm form);

/// The characters of `text` in a normal form (Unicode Standard Annex 15), each with what it replaces. Text is valid UTF-8.
[[nodiscard]] std::vector<ChangedCharacter> normalizedCharacters(std::string_view text, NormalizationForm form);

} // namespace headlight
