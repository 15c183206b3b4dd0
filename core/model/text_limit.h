// How long a text may be: as many tokens as the model has positions and the machine has memory for.
#pragma once

#include "core/base/result.h"
#include "core/model/model_spec.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace headlight {

/// Bytes a pass with its trace takes at most for so many tokens of each stack: they grow with the tokens, not
/// their square.
[[nodiscard]] double passBytes(const ModelSpec& spec, std::size_t n_source, std::size_t n_target);

/// Most tokens of the text a person enters that the model has positions for and a pass over which fits
/// `memory` bytes with room to spare; 0: any number. An encoder-decoder's target is counted with as many
/// tokens, up to 512.
[[nodiscard]] std::size_t longestText(const ModelSpec& spec, std::optional<std::uint64_t> memory);

/// A Memory Error that says how many tokens would fit, when a pass would need more memory than there is.
[[nodiscard]] Result<void> checkMemoryOfPass(const ModelSpec& spec, std::size_t n_source,
                                             std::size_t n_target);

} // namespace headlight
