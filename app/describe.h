// Tokens and predictions as JSON and as tables; the schemas are written down in COMMAND_LINE.md.
#pragma once

#include "app/json.h"
#include "app/table.h"
#include "core/analysis/interventions/change.h"
#include "core/generate/predictions.h"
#include "core/model/model.h"

#include <span>
#include <string>
#include <vector>

namespace headlight {

/// Adds ids, tokens, display, offsets, type_ids, sequence and special of `tokens` to the object `to`.
void addTokens(Json& to, const TokenSequence& tokens);

/// rank (from 1), id, token, display, probability and logit of each candidate.
[[nodiscard]] Json candidatesJson(const Model& model, std::span<const Candidate> candidates);

/// Their lines, as --change takes them.
[[nodiscard]] Json changesJson(const std::vector<Change>& changes);

/// "4-9", or "" for a token the text did not contain.
[[nodiscard]] std::string offsetText(const TokenSequence& tokens, std::size_t position);
/// Position, id, token and bytes, one row a token.
[[nodiscard]] Table tokenTable(const TokenSequence& tokens);
/// `chat` 93.1 %, `chien` 2.0 %: candidates in one cell.
[[nodiscard]] std::string candidatesText(const Model& model, std::span<const Candidate> candidates);

/// A token as a person reads it, its spaces kept in sight: ` cat` becomes `␣cat`.
[[nodiscard]] std::string visibleSpaces(const std::string& display);
[[nodiscard]] std::string percentText(float probability); ///< "93.1 %"
[[nodiscard]] std::string numberText(double value, int digits);

/// "f32" or "bf16".
[[nodiscard]] std::string precisionText(ComputePrecision precision);

} // namespace headlight
