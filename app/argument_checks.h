// What CLI11 cannot check: values with a language of their own, and options that need or exclude each other.
#pragma once

#include "app/argument_values.h"
#include "app/options.h"
#include "core/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// Option values that are still text.
struct RawValues {
    std::vector<std::string> texts;       ///< what --text, --text-pair, --target and --change hold, one a use
    std::optional<std::size_t> text;      ///< which of `texts`
    std::optional<std::size_t> text_pair;
    std::optional<std::size_t> target;
    std::vector<std::size_t> changes;
    std::optional<std::string> ids;
    std::optional<std::string> type_ids;
    std::optional<std::string> target_ids;
    std::optional<std::string> what;
    std::optional<std::string> layers;
    std::optional<std::string> attention;
    std::optional<std::string> sort;
    std::optional<std::string> role;
    bool ascending = false;
    std::vector<std::size_t> heads;
    std::optional<std::string> heads_combine;
    std::optional<std::string> hide;      ///< "special", "sinks" or both
    std::optional<std::string> dim;
    std::string backend = "auto";
    std::string precision = "f32";
    bool no_caption = false;
};

/// Reads `raw` into `options` and checks that what the command needs is there. Errors are bad usage.
[[nodiscard]] Result<void> finishOptions(const RawValues& raw, Options& options);

} // namespace headlight
