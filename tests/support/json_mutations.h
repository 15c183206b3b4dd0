// Mutations that leave JSON valid: what comes behind the parser sees most of them.
#pragma once

#include "tests/support/fuzzing.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::testing {

/// Where one value of a JSON text stands, its key before it where it is a member of an object.
struct JsonPlace {
    std::size_t whole_begin; ///< of the key where there is one, else of the value
    std::size_t key_end;     ///< behind the key; whole_begin where there is none
    std::size_t begin;
    std::size_t end;

    [[nodiscard]] bool isMember() const { return key_end > whole_begin; }
    [[nodiscard]] std::string_view value(std::string_view text) const {
        return text.substr(begin, end - begin);
    }
    [[nodiscard]] std::string_view key(std::string_view text) const {
        return text.substr(whole_begin, key_end - whole_begin);
    }
};

/// Places of all values, outer ones first; empty where the text is not JSON (or nested deeper than 64).
[[nodiscard]] std::vector<JsonPlace> jsonPlaces(std::string_view text);

/// Alters one value or key of a JSON text.
class JsonMutator {
public:
    /// The values and keys of `seeds` are what others are replaced by.
    explicit JsonMutator(const std::vector<std::string>& seeds);

    /// One value is replaced, removed, doubled, moved or wrapped, or one key renamed. False where the text is
    /// not JSON, which is then as it was.
    [[nodiscard]] bool mutate(std::string& text, Random& random) const;

private:
    std::vector<std::string> values_;
    std::vector<std::string> keys_;
};

} // namespace headlight::testing
