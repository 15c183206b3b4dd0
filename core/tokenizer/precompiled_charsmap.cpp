#include "core/tokenizer/precompiled_charsmap.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstring>

namespace headlight {
namespace {

std::optional<std::string> decodeBase64(std::string_view text) {
    const auto digit = [](char c) -> int {
        if (c >= 'A' && c <= 'Z')
            return c - 'A';
        if (c >= 'a' && c <= 'z')
            return c - 'a' + 26;
        if (c >= '0' && c <= '9')
            return c - '0' + 52;
        return c == '+' ? 62 : c == '/' ? 63 : -1;
    };
    if (text.size() % 4 != 0)
        return std::nullopt;
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int n_bits = 0;
    for (const char c : text) {
        const int value = digit(c);
        if (value < 0)
            return std::nullopt;
        bits = ((bits << 6) | static_cast<std::uint32_t>(value)) & 0xFFFFFF;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out.push_back(static_cast<char>((bits >> n_bits) & 0xFF));
        }
    }
    return out;
}

/// The characters of `replacement` in place of `n_old` ones, counted as Hugging Face counts them: what is more is
/// inserted at the end, what is less is dropped behind the character before.
void appendReplacement(std::vector<ChangedCharacter>& out, std::size_t n_old, std::string_view replacement) {
    std::size_t n_new = 0;
    for (std::size_t i = 0; i < replacement.size(); ++n_new)
        out.push_back({nextCodePoint(replacement, i), 0});
    if (n_new > n_old) {
        for (std::size_t i = 0; i < n_new - n_old; ++i)
            out[out.size() - 1 - i].change = 1;
    } else if (n_new < n_old && !out.empty()) {
        out.back().change -= static_cast<std::int32_t>(n_old - n_new);
    }
}

/// End of the extended grapheme cluster that begins at `begin`.
std::size_t graphemeEnd(std::string_view text, std::size_t begin) {
    utf8proc_int32_t state = 0;
    std::size_t end = begin;
    auto previous = static_cast<utf8proc_int32_t>(nextCodePoint(text, end));
    while (end < text.size()) {
        std::size_t after = end;
        const auto next = static_cast<utf8proc_int32_t>(nextCodePoint(text, after));
        if (utf8proc_grapheme_break_stateful(previous, next, &state))
            break;
        previous = next;
        end = after;
    }
    return end;
}

Error damaged(const std::string& file, std::string expected, std::string found) {
    return makeError(ErrorKind::Tokenizer, "the Precompiled normalizer's character map is damaged")
        .inFile(file)
        .atItem("precompiled_charsmap")
        .butFound(std::move(expected), std::move(found))
        .because("The file was cut or edited")
        .nextStep("Get the tokenizer's file again.");
}

} // namespace

Result<PrecompiledCharsmap> PrecompiledCharsmap::parse(std::string_view base64, const std::string& file) {
    const auto bytes = decodeBase64(base64);
    if (!bytes)
        return damaged(file, "base64", "other characters or a length that is no multiple of four");
    return fromBytes(*bytes, CharsmapLookup::Graphemes, file);
}

Result<PrecompiledCharsmap> PrecompiledCharsmap::fromBytes(std::string_view bytes, CharsmapLookup lookup, const std::string& file) {
    PrecompiledCharsmap map;
    map.lookup_ = lookup;
    map.keeps_ascii_.fill(true);
    if (bytes.empty())
        return map;
    std::uint32_t trie_bytes = 0;
    if (bytes.size() < 4)
        return damaged(file, "at least 4 bytes", std::to_string(bytes.size()));
    std::memcpy(&trie_bytes, bytes.data(), 4);
    if (trie_bytes % 4 != 0 || trie_bytes > bytes.size() - 4 || trie_bytes < 4)
        return damaged(file, "a trie within " + std::to_string(bytes.size() - 4) + " bytes", std::to_string(trie_bytes) + " bytes");
    map.units_.resize(trie_bytes / 4);
    std::memcpy(map.units_.data(), bytes.data() + 4, trie_bytes);
    map.replacements_ = bytes.substr(4 + trie_bytes);
    if (firstInvalidUtf8(map.replacements_) != map.replacements_.size())
        return damaged(file, "replacements in UTF-8", "other bytes");
    for (unsigned c = 0; c < 128; ++c) {
        const char byte = static_cast<char>(c);
        map.keeps_ascii_[c] = !map.replacementOf({&byte, 1});
    }
    return map;
}

std::optional<PrecompiledCharsmap::Replacement> PrecompiledCharsmap::replacementOf(std::string_view text, bool longest) const {
    if (units_.empty())
        return std::nullopt;
    std::optional<Replacement> best;
    const auto offset = [](std::uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); };
    std::size_t node = offset(units_[0]);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto label = static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
        node ^= label;
        if (label == 0 || node >= units_.size())
            break;
        const std::uint32_t unit = units_[node];
        if ((unit & ((1u << 31) | 0xFF)) != label)
            break;
        node ^= offset(unit);
        if (node >= units_.size())
            break;
        if (((unit >> 8) & 1) == 0)
            continue;
        const std::size_t begin = units_[node] & 0x7FFFFFFF;
        // A damaged map may point outside the replacements or into a character; such a replacement is not one.
        if (begin > replacements_.size() || (begin < replacements_.size() && isUtf8Continuation(replacements_[begin])))
            break;
        const std::size_t end = std::min(replacements_.find('\0', begin), replacements_.size());
        best = Replacement{i + 1, std::string_view(replacements_).substr(begin, end - begin)};
        if (!longest)
            break;
    }
    return best;
}

void PrecompiledCharsmap::appendCharacters(std::string_view grapheme, std::vector<ChangedCharacter>& out, bool& modified) const {
    if (grapheme.size() < 6) {
        if (const auto replacement = replacementOf(grapheme)) {
            modified = true;
            appendReplacement(out, countCodePoints(grapheme), replacement->text);
            return;
        }
    }
    for (std::size_t i = 0; i < grapheme.size();) {
        const std::size_t begin = i;
        const CodePoint c = nextCodePoint(grapheme, i);
        if (const auto replacement = replacementOf(grapheme.substr(begin, i - begin))) {
            modified = true;
            appendReplacement(out, 1, replacement->text);
        } else {
            out.push_back({c, 0});
        }
    }
}

void PrecompiledCharsmap::apply(NormalizedString& string) const {
    const std::string_view text = string.text();
    const auto keeps = [&](std::size_t i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        return byte < 0x80 && keeps_ascii_[byte];
    };
    std::size_t first = 0;
    while (first < text.size() && keeps(first))
        ++first;
    if (first == text.size() && lookup_ == CharsmapLookup::Graphemes)
        return;
    if (lookup_ == CharsmapLookup::LongestPrefix)
        return applyLongest(string);
    std::vector<ChangedCharacter> characters;
    characters.reserve(text.size());
    bool modified = false;
    for (std::size_t i = 0; i < text.size();) {
        // An ASCII character before another one is a grapheme of its own (only CR LF is not, and CR is looked up).
        if (keeps(i) && text[i] != '\r' && (i + 1 == text.size() || static_cast<unsigned char>(text[i + 1]) < 0x80)) {
            characters.push_back({static_cast<unsigned char>(text[i++]), 0});
            continue;
        }
        const std::size_t end = graphemeEnd(text, i);
        appendCharacters(text.substr(i, end - i), characters, modified);
        i = end;
    }
    if (modified)
        string.transform(characters);
}

void PrecompiledCharsmap::applyLongest(NormalizedString& string) const {
    const std::string_view text = string.text();
    std::vector<ChangedCharacter> characters;
    bool modified = false;
    std::size_t removed_first = 0; // characters replaced by nothing before the first that is kept
    for (std::size_t i = 0; i < text.size();) {
        auto replacement = replacementOf(text.substr(i), true);
        // A key that ends inside a character is a damaged map's.
        if (replacement && i + replacement->length < text.size() && isUtf8Continuation(text[i + replacement->length]))
            replacement.reset();
        if (!replacement) {
            characters.push_back({nextCodePoint(text, i), 0});
            continue;
        }
        const std::size_t n_old = countCodePoints(text.substr(i, replacement->length));
        if (characters.empty() && replacement->text.empty())
            removed_first += n_old;
        appendReplacement(characters, n_old, replacement->text);
        modified = true;
        i += replacement->length;
    }
    if (modified)
        string.transform(characters, removed_first);
}

} // namespace headlight
