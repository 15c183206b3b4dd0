// JSON as the command line writes it: keys in the order they are set, numbers as the floats they are.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace headlight {

/// nlohmann's type with ordered keys and `float` numbers: 0.1f is written 0.1, not 0.10000000149011612.
using Json = nlohmann::basic_json<nlohmann::ordered_map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;

/// One line; bytes that are not UTF-8 (a folder's name may hold them) become U+FFFD.
[[nodiscard]] inline std::string jsonLine(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace headlight
