// The session file: JSON with "format": "headlight-session" and a version.
#pragma once

#include "core/base/result.h"
#include "ui/session/session_state.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace headlight::session {

inline constexpr std::string_view kFileExtension = ".headlight";
inline constexpr std::size_t kMostFileBytes = 64u << 20; ///< larger files are refused before reading

/// The whole file as UTF-8 text. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string writeSession(const Session& session);

/// Strict about everything it knows: a wrong type, a number out of range, sizes that do not fit one another, NaN, invalid UTF-8,
/// deep nesting, a file of a newer version are ErrorKind::Format with file, item, expected and found. Members it does not know are
/// ignored, so that small additions need no new version; what the parts of the window make of their settings is theirs to check.
/// `file` is only for messages.
[[nodiscard]] Result<Session> readSession(std::string_view text, const std::string& file);

/// Appears under its name complete or not at all, see AtomicFile.
[[nodiscard]] Result<void> saveSession(const std::filesystem::path& path, const Session& session);
/// Errors: File for what cannot be read, Format for what is no session.
[[nodiscard]] Result<Session> loadSession(const std::filesystem::path& path);

} // namespace headlight::session
