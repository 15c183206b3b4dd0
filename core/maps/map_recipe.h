// What a person chooses to look at, and the map that follows from it. The order is always the same:
// combine heads -> merge words -> hide or dim keys -> renormalise rows. A threshold comes last and belongs to
// the picture.
#pragma once

#include "core/maps/combined_heads.h"
#include "core/maps/sinks.h"
#include "core/maps/treated_keys.h"

#include <optional>

namespace headlight {

struct MapRecipe {
    std::optional<HeadCombination> combine = {}; ///< of several heads; nothing: the first of them alone
    bool merge_words = false;
    KeyTreatment special = KeyTreatment::Show; ///< keys the text did not contain
    KeyTreatment sinks = KeyTreatment::Show;   ///< found on the combined and merged map
    double sink_mean = kSinkMean;
    bool renormalise = false; ///< without hidden or dimmed keys rows stay as they are
    bool operator==(const MapRecipe&) const = default;

    [[nodiscard]] bool treatsKeys() const {
        return special != KeyTreatment::Show || sinks != KeyTreatment::Show;
    }
    [[nodiscard]] bool plain() const { return !combine && !merge_words && !treatsKeys(); }
};

/// What the words of the two sides are, as far as a map depends on them.
struct MapTokens {
    std::vector<TokenRange> query_words; ///< tokens of each word; empty: every token is one
    std::vector<TokenRange> key_words;
    std::vector<bool> special_keys; ///< [n_keys], or empty: none
};

/// The map of `heads` (at least one, of one kind) by `recipe`. Sinks and renormalised rows read the whole map
/// once, band by band. Errors: a head outside the trace, heads of two kinds, every key hidden (Usage);
/// memory; cancelled.
[[nodiscard]] Result<MapSourcePtr> makeMapSource(std::shared_ptr<const Trace> trace,
                                                 const std::vector<HeadAddress>& heads,
                                                 const MapTokens& tokens, const MapRecipe& recipe,
                                                 const RunControl& control = {});

} // namespace headlight
