// What this test program is built with: sanitizers make code several times slower, the thread sanitizer most of all.
#pragma once

namespace headlight::testing {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kThreadSanitizer = true; ///< plain arithmetic takes ten times as long: smaller sizes, and saying so
#else
inline constexpr bool kThreadSanitizer = false;
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true; ///< of times, only gross ones can be told
#else
inline constexpr bool kSanitized = false;
#endif

} // namespace headlight::testing
