// The header of a safetensors file: JSON text -> entries that fit the file. Every rule that needs no file is
// here or in safetensors_builder.cpp.
//
// Memory of a refusal, beside the header's own text (at most 64 MiB): nlohmann's lexer keeps two growing
// copies of the token it reads and quotes it in its message, about 18 MiB for kMaxToken; the entries take 17
// MiB for kMaxTensorsInFile; names, shapes and metadata 24 MiB.
#include "core/checkpoint/safetensors_builder.h"

#include "core/base/checked.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace headlight {

namespace {

constexpr std::size_t kMaxToken = 2u << 20;

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::string shortShapeText(const std::vector<std::uint64_t>& shape) {
    std::string text = "[";
    for (std::size_t axis = 0; axis < std::min<std::size_t>(shape.size(), 16); ++axis)
        text += (axis ? ", " : "") + number(shape[axis]);
    return text + (shape.size() > 16 ? ", ...]" : "]");
}

Error formatError(const std::string& file, std::string summary, std::string item, std::string expected,
                  std::string found) {
    return makeError(ErrorKind::Format, std::move(summary))
        .inFile(file)
        .atItem(std::move(item))
        .butFound(std::move(expected), std::move(found))
        .because("The file is damaged or was written by a broken program")
        .nextStep("Fetch the file again from its source");
}

/// The object's text without leading white space and trailing spaces, which are padding.
Result<std::string_view> trimHeader(std::string_view text, const std::string& file) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || text[begin] != '{')
        return formatError(file, "safetensors header does not start with {", "header", "a JSON object",
                           begin == std::string_view::npos ? "nothing" : "another character");
    const std::size_t last = text.find_last_not_of(' ');
    if (text[last] != '}')
        return formatError(file, "something follows the safetensors header's object", "header",
                           "} and then spaces only", "another character at the end");
    // nlohmann's lexer takes NUL for the end of its input: whatever follows would go unseen.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        return formatError(file, "NUL byte in the safetensors header", "header byte " + number(nul), "text",
                           "a byte 0");
    return text.substr(begin, last + 1 - begin);
}

/// Refuses a text, a number or a gap between them so long that the parser's copies of it would not be
/// bounded.
Result<void> checkTokenLengths(std::string_view text, const std::string& file) {
    constexpr std::string_view gap_characters = " \t\r\n,:{}[]";
    bool in_text = false;
    bool in_gap = false;
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text ? c == '"' : c == '"' || in_gap != (gap_characters.find(c) != std::string_view::npos))
            length = 0;
        if (c == '"')
            in_text = !in_text;
        else if (!in_text)
            in_gap = gap_characters.find(c) != std::string_view::npos;
        else if (c == '\\')
            ++i;
        if (++length > kMaxToken)
            return formatError(file, "safetensors header has an overlong part", "header byte " + number(i),
                               "names, texts and gaps of at most " + number(kMaxToken >> 20) + " MiB",
                               "more");
    }
    return {};
}

/// Element count and bits of an entry, checked for overflow, against the bytes its offsets span.
Result<void> checkSize(const SafetensorsEntry& entry, const std::string& file) {
    const auto what = std::string(dtypeName(entry.dtype)) + " " + shortShapeText(entry.shape);
    const auto n_elements = checkedElementCount(entry.shape);
    const auto n_bits = n_elements ? checkedMultiply(*n_elements, dtypeBits(entry.dtype)) : std::nullopt;
    if (!n_bits)
        return formatError(file, "tensor size overflows", entry.name, "a size below 2^64 bits", what);
    if (*n_bits % 8 != 0)
        return formatError(file, "tensor does not end at a whole byte", entry.name, "a multiple of 8 bits",
                           what + " with " + number(*n_bits) + " bits");
    if (*n_bits / 8 != entry.size_bytes)
        return formatError(file, "tensor size does not match its shape", entry.name,
                           number(*n_bits / 8) + " bytes for " + what,
                           "data_offsets that span " + number(entry.size_bytes));
    return {};
}

/// Entries sorted by offset: the first at 0, each where the one before ended, the last at the end of the
/// file.
Result<void> checkLayout(const SafetensorsHeader& header, std::uint64_t data_size, const std::string& file) {
    std::uint64_t end = 0; // of the tensor before
    const SafetensorsEntry* before = nullptr;
    for (const SafetensorsEntry& entry : header.entries) {
        if (entry.offset != end) {
            const bool overlap = entry.offset < end;
            const std::string place =
                before ? "at " + number(end) + ", where " + before->name.substr(0, 200) + " ends" : "at 0";
            return formatError(file, overlap ? "tensors overlap" : "hole between tensors", entry.name,
                               "its data to begin " + place, "it at " + number(entry.offset));
        }
        end = entry.offset + entry.size_bytes;
        before = &entry;
    }
    if (end == data_size)
        return {};
    Error error =
        formatError(file, end > data_size ? "file is cut short" : "bytes after the last tensor",
                    before ? before->name : "header", number(end) + " bytes of data", number(data_size));
    if (end > data_size) {
        error.cause = "A download or copy was interrupted";
        error.next_step = "Fetch the file again";
    }
    return error;
}

Result<void> indexByName(SafetensorsHeader& header, const std::string& file) {
    const auto nameOf = [&](std::size_t i) -> const std::string& { return header.entries[i].name; };
    header.by_name.resize(header.entries.size());
    std::iota(header.by_name.begin(), header.by_name.end(), std::size_t{0});
    std::ranges::sort(header.by_name, {}, nameOf);
    const auto twice = std::ranges::adjacent_find(header.by_name, {}, nameOf);
    if (twice != header.by_name.end())
        return formatError(file, "duplicate tensor name", nameOf(*twice), "every name once", "it twice");
    return {};
}

} // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view text, std::uint64_t data_begin,
                                                 std::uint64_t file_size, const std::string& file) {
    HEADLIGHT_ASSIGN(const std::string_view object, trimHeader(text, file));
    HEADLIGHT_CHECK(checkTokenLengths(object, file));
    SafetensorsHeader header;
    header.data_begin = data_begin;
    // Reserved at once: a growing vector would hold three times its elements. Every tensor has one brace.
    const auto n_braces = static_cast<std::size_t>(std::ranges::count(object, '{'));
    header.entries.reserve(std::min(n_braces, kMaxTensorsInFile));
    SafetensorsHeaderBuilder builder(header, file);
    const bool parsed = nlohmann::json::sax_parse(object.begin(), object.end(), &builder,
                                                  nlohmann::json::input_format_t::json, true);
    if (auto error = std::move(builder).error())
        return std::move(*error);
    if (!parsed)
        return formatError(file, "safetensors header is not valid JSON", "header", "one JSON object",
                           "something else");
    // Sizes before positions: offsets below are then known to be sane one by one.
    for (const SafetensorsEntry& entry : header.entries)
        HEADLIGHT_CHECK(checkSize(entry, file));
    std::ranges::sort(header.entries, {}, [](const SafetensorsEntry& entry) {
        return std::tuple(entry.offset, entry.size_bytes);
    });
    HEADLIGHT_CHECK(indexByName(header, file));
    HEADLIGHT_CHECK(checkLayout(header, file_size - data_begin, file));
    for (SafetensorsEntry& entry : header.entries)
        entry.offset += data_begin;
    return header;
}

} // namespace headlight
