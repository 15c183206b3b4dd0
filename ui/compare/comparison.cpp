#include "ui/compare/comparison.h"

#include "core/base/memory.h"
#include "core/maps/head_source.h"

#include <algorithm>

namespace headlight::ui {
namespace {

const TokenSequence& sequenceOf(const RunSnapshot& snapshot, AttentionKind kind, bool queries) {
    const bool encoder = queries ? kind == AttentionKind::EncoderSelf : kind != AttentionKind::DecoderSelf;
    return encoder ? snapshot.run.input.source : snapshot.run.input.target;
}

/// Where a token stands in its text, without the blanks before it, which belong to it for some tokenizers only; nothing for
/// tokens that were added. Letters do not matter: some vocabularies have small ones alone.
std::optional<std::string> placeOf(const TokenSequence& sequence, std::size_t token) {
    ByteRange range = sequence.offsets[token];
    const int which = sequence.sequence[token];
    const std::string& text = which == 1 ? sequence.text_pair : sequence.text;
    while (range.begin < range.end && range.begin < text.size() && text[range.begin] == ' ')
        ++range.begin;
    if (which < 0 || range.begin >= range.end)
        return std::nullopt;
    return "\n" + std::to_string(which) + ":" + std::to_string(range.begin) + "-" + std::to_string(range.end);
}

/// What partners have in common: on one text their place in it, else what they read as, without blanks and marks of
/// vocabularies.
std::vector<std::string> keysOf(const TokenSequence& sequence, bool by_place) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        if (const auto place = by_place ? placeOf(sequence, i) : std::nullopt) {
            keys.push_back(*place);
            continue;
        }
        std::string key = sequence.display[i];
        if (key.starts_with("##"))
            key.erase(0, 2);
        key.erase(0, std::min(key.find_first_not_of(' '), key.size()));
        keys.push_back(std::move(key));
    }
    return keys;
}

Result<Alignment> align(const TokenSequence& a, const TokenSequence& b, const RunControl& control) {
    const bool one_text = !a.text.empty() && a.text == b.text && a.text_pair == b.text_pair;
    const std::vector<std::string> a_keys = keysOf(a, one_text), b_keys = keysOf(b, one_text);
    return alignTokens(a_keys, b_keys, control);
}

/// Words of A, and where only B has one, B's.
AxisTokens comparedAxis(const AxisTokens& a, const AxisTokens& b, const Alignment& pairs) {
    AxisTokens axis;
    axis.name = a.name;
    for (const AlignedPair& pair : pairs) {
        const AxisTokens& side = pair.a ? a : b;
        const std::size_t token = pair.a ? *pair.a : *pair.b;
        axis.words << side.words.value(static_cast<qsizetype>(token));
        axis.special.push_back(token < side.special.size() && side.special[token]);
        axis.notes << (pair.both() ? QString()
                       : pair.a    ? QStringLiteral("only in A")
                                   : QStringLiteral("only in B"));
        axis.pale.push_back(!pair.both());
    }
    return axis;
}

std::size_t partners(const Alignment& pairs) {
    return static_cast<std::size_t>(std::ranges::count_if(pairs, &AlignedPair::both));
}

Result<Comparison> compose(const ComparedHead& a, const ComparedHead& b, const RunControl& control) {
    HEADLIGHT_CHECK(a.snapshot->trace().check(a.head));
    HEADLIGHT_CHECK(b.snapshot->trace().check(b.head));
    Comparison comparison;
    comparison.a = a.snapshot->headMap(a.head);
    comparison.b = b.snapshot->headMap(b.head);
    control.report(0.0, "aligning tokens");
    const auto aligned = [&](bool queries) {
        return align(sequenceOf(*a.snapshot, a.head.kind, queries),
                     sequenceOf(*b.snapshot, b.head.kind, queries), control);
    };
    HEADLIGHT_ASSIGN(comparison.rows, aligned(true));
    HEADLIGHT_ASSIGN(comparison.columns, aligned(false));
    const auto difference = std::make_shared<const Difference>(comparison.a.shown(), comparison.b.shown(),
                                                               comparison.rows, comparison.columns);
    HEADLIGHT_ASSIGN(const float largest, largestMagnitude(*difference, control));
    comparison.difference = comparison.a;
    comparison.difference.queries = comparedAxis(comparison.a.queries, comparison.b.queries, comparison.rows);
    comparison.difference.keys = comparedAxis(comparison.a.keys, comparison.b.keys, comparison.columns);
    comparison.difference.source = difference;
    comparison.difference.limit = largest > 0.0f ? largest : 1.0f; // equal maps are zero on any scale
    return comparison;
}

} // namespace

QString Comparison::summary() const {
    if (partners(rows) == rows.size() && partners(columns) == columns.size())
        return QStringLiteral("every token has a partner in the other");
    return QStringLiteral(
               "%1 of %2 rows and %3 of %4 columns have a partner in the other; the rest is left blank")
        .arg(partners(rows))
        .arg(rows.size())
        .arg(partners(columns))
        .arg(columns.size());
}

std::optional<std::size_t> Comparison::inB(const Alignment& side, std::size_t token_of_a) const {
    const auto found = std::ranges::find(side, std::optional(token_of_a), &AlignedPair::a);
    return found == side.end() ? std::nullopt : found->b;
}

std::optional<std::size_t> Comparison::inA(const Alignment& side, std::size_t token_of_b) const {
    const auto found = std::ranges::find(side, std::optional(token_of_b), &AlignedPair::b);
    return found == side.end() ? std::nullopt : found->a;
}

Result<Comparison> makeComparison(const ComparedHead& a, const ComparedHead& b, const RunControl& control) {
    return guardMemory([&] { return compose(a, b, control); });
}

} // namespace headlight::ui
