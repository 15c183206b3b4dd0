// Standard output and standard error of the command line.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace headlight {

/// Gathers text and writes it to standard output; the destructor does not write.
class Output {
public:
    void write(std::string_view text) { pending_ += text; }
    void line(std::string_view text) {
        pending_ += text;
        pending_ += '\n';
    }
    /// Hands everything to the system. Error (File): a full disk, a closed pipe.
    [[nodiscard]] Result<void> flush();

private:
    std::string pending_;
};

/// `text` fit for one line of a terminal: control characters and bytes that are not UTF-8 become \n, \t, \x1B...
[[nodiscard]] std::string printable(std::string_view text);

[[nodiscard]] bool isValidUtf8(std::string_view text);

/// "headlight: <message>" as one line on standard error.
void reportError(std::string_view message);

/// Says in one line on standard error what is being done. Whatever is written next takes its place; nothing happens where
/// standard error is no terminal that can do so.
void showProgress(std::string_view what);
/// Takes the line of showProgress away.
void clearProgress();
/// Whether showProgress shows anything here.
[[nodiscard]] bool canShowProgress();

/// Exit codes of the contract.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

} // namespace headlight
