// Character sets as Hugging Face `tokenizers` knows them, measured by make_unicode_tables.py.
#pragma once

#include <cstdint>
#include <span>

namespace headlight::tables {

/// Inclusive on both ends, sorted, disjoint.
struct CodePointRange {
    std::uint32_t first;
    std::uint32_t last;
};
struct LowercaseChange {
    std::uint32_t first;
    std::uint32_t last;
    std::int32_t distance; ///< lowercase = code point + distance
};
struct NamedRange {
    std::uint32_t first;
    std::uint32_t last;
    const char* name;
};
struct ScriptRange {
    std::uint32_t first;
    std::uint32_t last;
    std::uint16_t script;
};

extern const std::span<const CodePointRange> word_characters;
extern const std::span<const CodePointRange> numeric_characters;
extern const std::span<const CodePointRange> punctuation_characters;
extern const std::span<const CodePointRange> combining_marks;
extern const std::span<const CodePointRange> nonspacing_marks;
extern const std::span<const CodePointRange> unclean_characters;
extern const std::span<const CodePointRange> undecomposed_characters;
extern const std::span<const LowercaseChange> lowercase_changes;
extern const std::span<const NamedRange> regex_additions;
extern const std::span<const NamedRange> regex_script_additions;
extern const std::span<const ScriptRange> scripts;

} // namespace headlight::tables
