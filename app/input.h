// Standard input of the command line, readable until Ctrl-C.
#pragma once

#include "core/base/result.h"

#include <optional>
#include <stop_token>
#include <string>

namespace headlight {

/// Reads standard input piece by piece. Lines are handed on as they arrive, so that a pipe can be answered while it
/// is still open. A text larger than 64 MiB is refused: it would be no sentence.
class StandardInput {
public:
    explicit StandardInput(std::stop_token stop) : stop_(std::move(stop)) {}

    /// Everything up to the end, without one final line break. Errors: unreadable, too large, cancelled.
    [[nodiscard]] Result<std::string> all();
    /// The next line without its line break (\n or \r\n); nothing at the end. Errors as above.
    [[nodiscard]] Result<std::optional<std::string>> line();

private:
    [[nodiscard]] Result<bool> readMore(); ///< false at the end

    std::stop_token stop_;
    std::string buffer_;
    std::size_t searched_ = 0; ///< bytes of `buffer_` known to hold no \n
    bool ended_ = false;
};

} // namespace headlight
