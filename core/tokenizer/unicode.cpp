#include "core/tokenizer/unicode.h"

#include "core/tokenizer/tables/unicode_tables.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

namespace headlight {
namespace {

enum Property : std::uint8_t {
    Word = 1,
    Numeric = 2,
    Punctuation = 4,
    CombiningMark = 8,
    NonspacingMark = 16,
    Unclean = 32,
    Undecomposed = 64,
};

/// One byte of properties a code point; built once from the range tables, about a millisecond and a megabyte.
const std::vector<std::uint8_t>& properties() {
    static const std::vector<std::uint8_t> table = [] {
        std::vector<std::uint8_t> result(0x110000, 0);
        const auto mark = [&](std::span<const tables::CodePointRange> ranges, Property property) {
            for (const auto& range : ranges)
                for (CodePoint c = range.first; c <= range.last; ++c)
                    result[c] = static_cast<std::uint8_t>(result[c] | property);
        };
        mark(tables::word_characters, Word);
        mark(tables::numeric_characters, Numeric);
        mark(tables::punctuation_characters, Punctuation);
        mark(tables::combining_marks, CombiningMark);
        mark(tables::nonspacing_marks, NonspacingMark);
        mark(tables::unclean_characters, Unclean);
        mark(tables::undecomposed_characters, Undecomposed);
        return result;
    }();
    return table;
}

bool has(CodePoint c, Property property) {
    return c < 0x110000 && (properties()[c] & property) != 0;
}

/// Length of the valid sequence at `i`, or 0; `broken` is then how many bytes the maximal broken part has.
std::size_t sequenceLength(std::string_view text, std::size_t i, std::size_t& broken) {
    const auto byte = [&](std::size_t k) {
        return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : static_cast<unsigned char>(0);
    };
    const auto within = [](unsigned char b, unsigned low, unsigned high) { return b >= low && b <= high; };
    const unsigned char lead = byte(0);
    broken = 1;
    if (lead < 0x80)
        return 1;
    std::size_t length = 0;
    unsigned low = 0x80, high = 0xBF; // allowed second bytes, Unicode table 3-7
    if (within(lead, 0xC2, 0xDF)) {
        length = 2;
    } else if (within(lead, 0xE0, 0xEF)) {
        length = 3;
        low = lead == 0xE0 ? 0xA0 : low;
        high = lead == 0xED ? 0x9F : high;
    } else if (within(lead, 0xF0, 0xF4)) {
        length = 4;
        low = lead == 0xF0 ? 0x90 : low;
        high = lead == 0xF4 ? 0x8F : high;
    } else {
        return 0;
    }
    if (!within(byte(1), low, high))
        return 0;
    for (std::size_t k = 2; k < length; ++k) {
        if (!within(byte(k), 0x80, 0xBF)) {
            broken = k;
            return 0;
        }
    }
    return length;
}

} // namespace

void appendUtf8(std::string& out, CodePoint c) {
    const auto add = [&](CodePoint byte) { out.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        add(c);
    } else if (c < 0x800) {
        add(0xC0 | (c >> 6));
        add(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        add(0xE0 | (c >> 12));
        add(0x80 | ((c >> 6) & 0x3F));
        add(0x80 | (c & 0x3F));
    } else {
        add(0xF0 | (c >> 18));
        add(0x80 | ((c >> 12) & 0x3F));
        add(0x80 | ((c >> 6) & 0x3F));
        add(0x80 | (c & 0x3F));
    }
}

std::string toUtf8(CodePoint code_point) {
    std::string out;
    appendUtf8(out, code_point);
    return out;
}

std::size_t countCodePoints(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char b) { return !isUtf8Continuation(b); }));
}

bool isAscii(std::string_view text) {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, 8);
        if (word & 0x8080808080808080u)
            return false;
    }
    for (; i < text.size(); ++i)
        if (static_cast<unsigned char>(text[i]) >= 0x80)
            return false;
    return true;
}

std::size_t firstInvalidUtf8(std::string_view text) {
    std::size_t i = 0, broken = 0;
    while (i < text.size()) {
        if (i + 8 <= text.size() && isAscii(text.substr(i, 8))) {
            i += 8;
            continue;
        }
        const std::size_t length = sequenceLength(text, i, broken);
        if (length == 0)
            return i;
        i += length;
    }
    return text.size();
}

std::string replaceInvalidUtf8(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    std::size_t i = 0, broken = 0;
    while (i < bytes.size()) {
        if (const std::size_t length = sequenceLength(bytes, i, broken); length > 0) {
            out.append(bytes.substr(i, length));
            i += length;
        } else {
            out.append("\xEF\xBF\xBD");
            i += broken;
        }
    }
    return out;
}

Result<void> checkUtf8(std::string_view text) {
    const std::size_t bad = firstInvalidUtf8(text);
    if (bad == text.size())
        return {};
    char value[8];
    std::snprintf(value, sizeof value, "0x%02X", static_cast<unsigned>(static_cast<unsigned char>(text[bad])));
    return makeError(ErrorKind::Text, "the text is not valid UTF-8")
        .atItem("byte " + std::to_string(bad))
        .butFound("UTF-8", value)
        .because("The text is in another encoding, was cut inside a character, or holds a lone surrogate")
        .nextStep("Convert the text to UTF-8, for example with iconv.");
}

bool isWhitespace(CodePoint c) {
    if (c < 0x80)
        return c == ' ' || (c >= 9 && c <= 13);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool isWordCharacter(CodePoint c) { return has(c, Word); }
bool isNumeric(CodePoint c) { return has(c, Numeric); }
bool isPunctuation(CodePoint c) { return has(c, Punctuation); }
bool isCombiningMark(CodePoint c) { return has(c, CombiningMark); }
bool isNonspacingMark(CodePoint c) { return has(c, NonspacingMark); }
bool isUncleanForBert(CodePoint c) { return has(c, Unclean); }
bool isUndecomposed(CodePoint c) { return has(c, Undecomposed); }

CodePoint toLowercase(CodePoint c) {
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    for (const auto& change : tables::lowercase_changes)
        if (c >= change.first && c <= change.last)
            return static_cast<CodePoint>(static_cast<std::int64_t>(c) + change.distance);
    return static_cast<CodePoint>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

std::uint16_t scriptOf(CodePoint c) {
    // The table is in order of first appearance of each script, so it is sorted once for searching.
    static const std::vector<tables::ScriptRange> sorted = [] {
        std::vector<tables::ScriptRange> ranges(tables::scripts.begin(), tables::scripts.end());
        std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        return ranges;
    }();
    const auto after = std::upper_bound(sorted.begin(), sorted.end(), c, [](CodePoint value, const auto& range) { return value < range.first; });
    if (after == sorted.begin())
        return 0;
    const auto& range = *(after - 1);
    return c <= range.last ? range.script : std::uint16_t{0};
}

} // namespace headlight
