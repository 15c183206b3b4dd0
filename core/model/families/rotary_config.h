// Rotary positions as config.json gives them: "rope_theta" and "rope_scaling" of older files,
// "rope_parameters" of newer ones.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/config_reader.h"
#include "core/model/model_spec.h"

#include <cstddef>

namespace headlight {

/// What a family assumes where config.json says nothing, and how it spells the two oldest keys.
struct RotaryDefaults {
    ConfigKeys base_key = "rope_theta";
    double base = 10000.0;
    ConfigKeys fraction_key = "partial_rotary_factor";
    double fraction = 1.0;              ///< of a head's dimensions that turn
    std::size_t original_positions = 0; ///< of the training; 0: max_position_embeddings
    bool longrope_only =
        false; ///< Phi-3: the first releases call LongRope "su" or "yarn", and it has no other
};

/// Sets `stack.positions` from a config.json whose max_position_embeddings is `max_positions`; needs
/// stack.head_dim. Computed positions set no limit to a text. Errors: an unknown kind of scaling, by name;
/// factors that make no sense.
[[nodiscard]] Result<void> readRotary(const ConfigReader& config, StackSpec& stack, std::size_t max_positions,
                                      const RotaryDefaults& defaults = {});

} // namespace headlight
