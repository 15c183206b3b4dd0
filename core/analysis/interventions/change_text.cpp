#include "core/analysis/interventions/change_text.h"

#include "core/base/nearest_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace headlight {
namespace {

/// The fewest digits that read back as the same number.
std::string numberText(float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::string ordinal(std::size_t index) {
    return std::to_string(index + 1);
}

std::string layerText(AttentionKind kind, LayerIndex layer) {
    return std::string(attentionKindName(kind)) + " " + ordinal(layer.value);
}

std::string headText(const HeadAddress& head) {
    return layerText(head.kind, head.layer) + "." + ordinal(head.head.value);
}

std::string headsText(AttentionKind kind, LayerIndex layer, const std::optional<HeadIndex>& head) {
    return head ? headText({kind, layer, *head}) : layerText(kind, layer);
}

std::string cellText(const MapCellAddress& cell) {
    return headText(cell.head) + " [" + ordinal(cell.query_token) + "," + ordinal(cell.key_token) + "]";
}

std::string stackText(StackKind stack) {
    return stack == StackKind::Encoder ? "encoder" : "decoder";
}

struct Writer {
    std::string operator()(const SetScore& c) const {
        return "score " + cellText(c.cell) + " = " + numberText(c.value);
    }
    std::string operator()(const SetMask& c) const {
        return "mask " + cellText(c.cell) + (c.hidden ? " hidden" : " visible");
    }
    std::string operator()(const SetWeight& c) const {
        return "weight " + cellText(c.cell) + " = " + numberText(c.value) + (c.renormalise ? "" : " alone");
    }
    std::string operator()(const SetScale& c) const {
        return "scale " + headsText(c.kind, c.layer, c.head) + " = " + numberText(c.factor);
    }
    std::string operator()(const SetTemperature& c) const {
        return "temperature " + headsText(c.kind, c.layer, c.head) + " = " + numberText(c.temperature);
    }
    std::string operator()(const SetHeadOutput& c) const {
        return "head " + headText(c.head) + (c.factor == 0.0f ? " off" : " = " + numberText(c.factor));
    }
    std::string operator()(const SetPosition& c) const {
        return "position " + stackText(c.stack) + " " + ordinal(c.token) + " -> " + ordinal(c.position);
    }
    std::string operator()(const SwapTokens& c) const {
        return "swap " + stackText(c.stack) + " " + ordinal(c.first) + " " + ordinal(c.second);
    }
    std::string operator()(const SwitchOffPositions&) const { return "positions off"; }
};

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}
bool isLetter(char c) {
    return c >= 'a' && c <= 'z';
}

/// Reads a line from left to right.
class Reader {
public:
    explicit Reader(std::string_view line)
        : line_(line) {}

    /// The next run of lower-case letters; empty where something else stands.
    std::string_view word() {
        skipSpaces();
        const std::size_t begin = at_;
        while (at_ < line_.size() && isLetter(line_[at_]))
            ++at_;
        return line_.substr(begin, at_ - begin);
    }
    /// Whether `symbol` stands here; passes it.
    bool passes(std::string_view symbol) {
        skipSpaces();
        if (!line_.substr(at_).starts_with(symbol))
            return false;
        at_ += symbol.size();
        return true;
    }
    Result<void> symbol(std::string_view wanted) {
        if (!passes(wanted))
            return expected("“" + std::string(wanted) + "”");
        return {};
    }
    /// A number from 1, as an index from 0.
    Result<std::size_t> index(const std::string& what) {
        skipSpaces();
        std::size_t value = 0;
        const auto [end, error] = std::from_chars(line_.data() + at_, line_.data() + line_.size(), value);
        if (error != std::errc{} || value == 0)
            return expected(what + ", counted from 1");
        at_ = static_cast<std::size_t>(end - line_.data());
        return value - 1;
    }
    Result<float> number() {
        skipSpaces();
        float value = 0.0f;
        const auto [end, error] = std::from_chars(line_.data() + at_, line_.data() + line_.size(), value);
        if (error != std::errc{} || !std::isfinite(value))
            return expected("a number");
        at_ = static_cast<std::size_t>(end - line_.data());
        return value;
    }
    Result<void> end() {
        skipSpaces();
        if (at_ < line_.size())
            return expected("the end of the line");
        return {};
    }
    /// What should stand here, and what does.
    [[nodiscard]] Error expected(const std::string& what, const std::string& meant = {}) {
        skipSpaces();
        std::size_t end = at_;
        while (end < line_.size() && !isSpace(line_[end]) && end - at_ < 24)
            ++end;
        const std::string found =
            end == at_ ? "the end of the line" : "“" + std::string(line_.substr(at_, end - at_)) + "”";
        return makeError(ErrorKind::Usage,
                         "this change cannot be read: “" + std::string(line_.substr(0, 120)) + "”")
            .atItem("column " + std::to_string(at_ + 1))
            .butFound(what, found)
            .nextStep((meant.empty() ? "" : "Did you mean “" + meant + "”? ") +
                      "Write it like: score cross 2.1 [3,4] = 5 · mask decoder 1.2 [2,5] hidden · scale "
                      "encoder 1 = 1 · "
                      "temperature encoder 1.2 = 0.5 · weight cross 2.1 [3,4] = 0.5 · head cross 2.1 off · "
                      "position encoder 3 -> 7 · swap encoder 2 4 · positions off");
    }
    /// Steps back to where the word that was just read begins.
    void unread(std::string_view word) { at_ = static_cast<std::size_t>(word.data() - line_.data()); }
    /// One of `words` should stand where `word` was just read.
    [[nodiscard]] Error expectedWord(std::string_view word, const std::vector<std::string>& words) {
        std::string list;
        for (std::size_t i = 0; i < words.size(); ++i)
            list += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
        unread(word);
        return expected(list, nearestName(word, words));
    }

private:
    void skipSpaces() {
        while (at_ < line_.size() && isSpace(line_[at_]))
            ++at_;
    }

    std::string_view line_;
    std::size_t at_ = 0;
};

Result<AttentionKind> readKind(Reader& reader) {
    const std::string_view word = reader.word();
    for (const AttentionKind kind :
         {AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross})
        if (word == attentionKindName(kind))
            return kind;
    return reader.expectedWord(word, {"encoder", "decoder", "cross"});
}

Result<StackKind> readStack(Reader& reader) {
    const std::string_view word = reader.word();
    if (word == "encoder")
        return StackKind::Encoder;
    if (word == "decoder")
        return StackKind::Decoder;
    return reader.expectedWord(word, {"encoder", "decoder"});
}

Result<HeadAddress> readHead(Reader& reader) {
    HeadAddress head;
    HEADLIGHT_ASSIGN(head.kind, readKind(reader));
    HEADLIGHT_ASSIGN(const std::size_t layer, reader.index("a layer"));
    HEADLIGHT_CHECK(reader.symbol("."));
    HEADLIGHT_ASSIGN(const std::size_t index, reader.index("a head"));
    head.layer = LayerIndex(layer);
    head.head = HeadIndex(index);
    return head;
}

Result<MapCellAddress> readCell(Reader& reader) {
    MapCellAddress cell;
    HEADLIGHT_ASSIGN(cell.head, readHead(reader));
    HEADLIGHT_CHECK(reader.symbol("["));
    HEADLIGHT_ASSIGN(cell.query_token, reader.index("a query token"));
    HEADLIGHT_CHECK(reader.symbol(","));
    HEADLIGHT_ASSIGN(cell.key_token, reader.index("a key token"));
    HEADLIGHT_CHECK(reader.symbol("]"));
    return cell;
}

Result<float> readValue(Reader& reader) {
    HEADLIGHT_CHECK(reader.symbol("="));
    return reader.number();
}

/// A layer or one head of it, and a value: SetScale and SetTemperature.
template <class C>
Result<C> readLayerValue(Reader& reader, float C::*value) {
    C change;
    HEADLIGHT_ASSIGN(change.kind, readKind(reader));
    HEADLIGHT_ASSIGN(const std::size_t layer, reader.index("a layer"));
    change.layer = LayerIndex(layer);
    if (reader.passes(".")) {
        HEADLIGHT_ASSIGN(const std::size_t head, reader.index("a head"));
        change.head = HeadIndex(head);
    }
    HEADLIGHT_ASSIGN(change.*value, readValue(reader));
    return change;
}

Result<Change> readScore(Reader& reader) {
    SetScore change;
    HEADLIGHT_ASSIGN(change.cell, readCell(reader));
    HEADLIGHT_ASSIGN(change.value, readValue(reader));
    return Change(change);
}

Result<Change> readMask(Reader& reader) {
    SetMask change;
    HEADLIGHT_ASSIGN(change.cell, readCell(reader));
    const std::string_view word = reader.word();
    if (word != "hidden" && word != "visible")
        return reader.expectedWord(word, {"hidden", "visible"});
    change.hidden = word == "hidden";
    return Change(change);
}

Result<Change> readWeight(Reader& reader) {
    SetWeight change;
    HEADLIGHT_ASSIGN(change.cell, readCell(reader));
    HEADLIGHT_ASSIGN(change.value, readValue(reader));
    change.renormalise = !reader.passes("alone");
    return Change(change);
}

Result<Change> readScale(Reader& reader) {
    HEADLIGHT_ASSIGN(const SetScale change, readLayerValue(reader, &SetScale::factor));
    return Change(change);
}

Result<Change> readTemperature(Reader& reader) {
    HEADLIGHT_ASSIGN(const SetTemperature change, readLayerValue(reader, &SetTemperature::temperature));
    return Change(change);
}

Result<Change> readHeadOutput(Reader& reader) {
    SetHeadOutput change;
    HEADLIGHT_ASSIGN(change.head, readHead(reader));
    if (reader.passes("off")) {
        change.factor = 0.0f;
        return Change(change);
    }
    if (!reader.passes("="))
        return reader.expected("“off” or “=” and a number");
    HEADLIGHT_ASSIGN(change.factor, reader.number());
    return Change(change);
}

Result<Change> readPosition(Reader& reader) {
    SetPosition change;
    HEADLIGHT_ASSIGN(change.stack, readStack(reader));
    HEADLIGHT_ASSIGN(change.token, reader.index("a token"));
    HEADLIGHT_CHECK(reader.symbol("->"));
    HEADLIGHT_ASSIGN(change.position, reader.index("a position"));
    return Change(change);
}

Result<Change> readSwap(Reader& reader) {
    SwapTokens change;
    HEADLIGHT_ASSIGN(change.stack, readStack(reader));
    HEADLIGHT_ASSIGN(change.first, reader.index("a token"));
    HEADLIGHT_ASSIGN(change.second, reader.index("a token"));
    return Change(change);
}

Result<Change> readPositionsOff(Reader& reader) {
    HEADLIGHT_CHECK(reader.symbol("off"));
    return Change(SwitchOffPositions{});
}

struct Kind {
    std::string_view name;
    Result<Change> (*read)(Reader&);
};
constexpr std::array kKinds{
    Kind{"score", readScore},
    Kind{"mask", readMask},
    Kind{"weight", readWeight},
    Kind{"scale", readScale},
    Kind{"temperature", readTemperature},
    Kind{"head", readHeadOutput},
    Kind{"position", readPosition},
    Kind{"swap", readSwap},
    Kind{"positions", readPositionsOff},
};

} // namespace

std::string changeText(const Change& change) {
    return std::visit(Writer{}, change);
}

Result<Change> parseChange(std::string_view line) {
    Reader reader(line);
    const std::string_view word = reader.word();
    for (const Kind& kind : kKinds) {
        if (kind.name != word)
            continue;
        HEADLIGHT_ASSIGN(const Change change, kind.read(reader));
        HEADLIGHT_CHECK(reader.end());
        return change;
    }
    std::vector<std::string> names;
    for (const Kind& kind : kKinds)
        names.emplace_back(kind.name);
    return reader.expectedWord(word, names);
}

Result<std::vector<Change>> parseChanges(std::string_view lines) {
    std::vector<Change> changes;
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find_first_of("\n;"), lines.size());
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        HEADLIGHT_ASSIGN(const Change change, parseChange(line));
        changes.push_back(change);
    }
    return changes;
}

std::string changesText(const std::vector<Change>& changes) {
    std::string lines;
    for (const Change& change : changes)
        lines += changeText(change) + "\n";
    return lines;
}

} // namespace headlight
