// One change as one short line of text, as lessons, sessions and the command line write it.
//
//   score cross 2.1 [3,4] = 5          the score of query token 3 and key token 4 in layer 2, head 1
//   mask decoder 1.2 [2,5] visible     or: hidden
//   weight cross 2.1 [3,4] = 0.5       the others of the row share the rest of 1; with "alone" they stay
//   scale encoder 1 = 1                of all heads of layer 1; "encoder 1.2": of one
//   temperature encoder 1.2 = 0.5
//   head cross 2.1 off                 or: = 0.5
//   position encoder 3 -> 7            token 3 stands where token 7 stands
//   swap encoder 2 4
//   positions off
//
// Layers, heads and tokens count from 1, everywhere. Spaces may stand between any two parts; nothing else
// may.
#pragma once

#include "core/analysis/interventions/change.h"

#include <string_view>

namespace headlight {

/// The line of a change. parseChange gives the same change back, numbers bit for bit.
[[nodiscard]] std::string changeText(const Change& change);

/// The change a line stands for. Whether a model has such a layer, head or token is for checkChange to say.
/// Errors: an unknown kind, something missing, unreadable or left over, with the column where it stands
/// (Usage).
[[nodiscard]] Result<Change> parseChange(std::string_view line);

/// Several, one a line or between semicolons; blank ones are skipped. Errors: those of the first that has
/// one.
[[nodiscard]] Result<std::vector<Change>> parseChanges(std::string_view lines);

/// Lines of several, one a line, the last with its line end too; empty for none.
[[nodiscard]] std::string changesText(const std::vector<Change>& changes);

} // namespace headlight
