#include "core/tokenizer/unicode_normalization.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <optional>

namespace headlight {
namespace {

struct Decomposed {
    std::uint8_t combining_class = 0;
    ChangedCharacter changed;
};

std::uint8_t combiningClass(CodePoint c) {
    if (c < 0x300 || !isCombiningMark(c))
        return 0;
    return static_cast<std::uint8_t>(utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class);
}

/// The composite of two characters, if Unicode has one that this pipeline decomposes too.
std::optional<CodePoint> compose(CodePoint first, CodePoint second) {
    if (second < 0x300)
        return std::nullopt;
    std::array<utf8proc_int32_t, 2> pair{static_cast<utf8proc_int32_t>(first), static_cast<utf8proc_int32_t>(second)};
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    if (utf8proc_normalize_utf32(pair.data(), 2, options) != 1)
        return std::nullopt;
    const auto composite = static_cast<CodePoint>(pair[0]);
    if (isUndecomposed(composite))
        return std::nullopt;
    return composite;
}

/// Full decomposition in canonical order.
std::vector<Decomposed> decompose(std::string_view text, bool compatibility) {
    std::vector<Decomposed> out;
    out.reserve(text.size());
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | (compatibility ? UTF8PROC_COMPAT : 0));
    std::size_t unordered = 0; // marks from here on wait for the next starter
    const auto byClass = [](const Decomposed& a, const Decomposed& b) { return a.combining_class < b.combining_class; };
    const auto order = [&] { std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(unordered), out.end(), byClass); };
    const auto push = [&](CodePoint c, std::int32_t change) {
        const std::uint8_t combining_class = combiningClass(c);
        if (combining_class == 0)
            order();
        out.push_back({combining_class, {c, change}});
        if (combining_class == 0)
            unordered = out.size();
    };
    std::array<utf8proc_int32_t, 32> parts{}; // the longest decomposition has 18
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint c = nextCodePoint(text, i);
        int boundary_class = 0;
        utf8proc_ssize_t count = 0;
        if (c >= 0x80 && !isUndecomposed(c))
            count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(), parts.size(), options, &boundary_class);
        if (count <= 0 || count > static_cast<utf8proc_ssize_t>(parts.size())) {
            push(c, 0);
            continue;
        }
        for (utf8proc_ssize_t k = 0; k < count; ++k)
            push(static_cast<CodePoint>(parts[static_cast<std::size_t>(k)]), k == 0 ? 0 : 1);
    }
    order();
    return out;
}

/// Canonical composition: each mark that is not blocked joins the last starter, which then replaces it as well.
std::vector<ChangedCharacter> recompose(const std::vector<Decomposed>& decomposed) {
    std::vector<ChangedCharacter> out;
    out.reserve(decomposed.size());
    std::optional<std::size_t> starter; // index in `out`
    int last_class = -1; // of the last mark kept since the starter; -1: none was kept
    for (const auto& [combining_class, changed] : decomposed) {
        if (starter && last_class < static_cast<int>(combining_class)) {
            ChangedCharacter& base = out[*starter];
            if (const auto composite = compose(base.character, changed.character)) {
                base = {*composite, base.change + changed.change - 1};
                continue;
            }
        }
        if (combining_class == 0) {
            starter = out.size();
            last_class = -1;
        } else if (starter) {
            last_class = combining_class;
        }
        out.push_back(changed);
    }
    return out;
}

} // namespace

bool isSurelyNormalized(std::string_view text, NormalizationForm form) {
    if (isAscii(text))
        return true;
    if (form != NormalizationForm::Nfc)
        return false;
    // Nothing below U+0300 composes or reorders; the lead bytes of those characters are at most 0xCB.
    return std::all_of(text.begin(), text.end(), [](char byte) {
        const auto b = static_cast<unsigned char>(byte);
        return b < 0xCC;
    });
}

std::vector<ChangedCharacter> normalizedCharacters(std::string_view text, NormalizationForm form) {
    const bool compatibility = form == NormalizationForm::Nfkc || form == NormalizationForm::Nfkd;
    const std::vector<Decomposed> decomposed = decompose(text, compatibility);
    if (form == NormalizationForm::Nfc || form == NormalizationForm::Nfkc)
        return recompose(decomposed);
    std::vector<ChangedCharacter> out;
    out.reserve(decomposed.size());
    for (const Decomposed& d : decomposed)
        out.push_back(d.changed);
    return out;
}

} // namespace headlight
