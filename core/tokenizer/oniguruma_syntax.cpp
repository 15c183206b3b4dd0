#include "core/tokenizer/oniguruma_syntax.h"

#include "core/tokenizer/tables/unicode_tables.h"
#include "core/tokenizer/unicode.h"

#include <array>
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

namespace headlight {
namespace {

constexpr std::string_view space_set =
    R"(\x09-\x0d\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
constexpr std::string_view non_space_set =
    R"(\x00-\x08\x0e-\x1f\x21-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{d7ff}\x{e000}-\x{10ffff})";
constexpr std::string_view hex_set = "0-9a-fA-F";
constexpr std::string_view any_character = "(?s:.)";

constexpr std::array<std::pair<std::string_view, std::string_view>, 39> category_names{{
    {"letter", "L"}, {"uppercaseletter", "Lu"}, {"lowercaseletter", "Ll"}, {"titlecaseletter", "Lt"},
    {"modifierletter", "Lm"}, {"otherletter", "Lo"}, {"mark", "M"}, {"combiningmark", "M"}, {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"}, {"enclosingmark", "Me"}, {"number", "N"}, {"decimalnumber", "Nd"}, {"letternumber", "Nl"},
    {"othernumber", "No"}, {"punctuation", "P"}, {"connectorpunctuation", "Pc"}, {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"}, {"closepunctuation", "Pe"}, {"initialpunctuation", "Pi"}, {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"}, {"symbol", "S"}, {"mathsymbol", "Sm"}, {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"}, {"othersymbol", "So"}, {"separator", "Z"}, {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"}, {"paragraphseparator", "Zp"}, {"other", "C"}, {"control", "Cc"}, {"format", "Cf"},
    {"surrogate", "Cs"}, {"privateuse", "Co"}, {"unassigned", "Cn"}, {"digit", "Nd"},
}};
const std::set<std::string_view> category_codes{"L",  "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "Me", "N",  "Nd", "Nl",
                                                "No", "P",  "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S",  "Sm", "Sc", "Sk",
                                                "So", "Z",  "Zs", "Zl", "Zp", "C",  "Cc", "Cf", "Cs", "Co", "Cn"};
/// Properties that are neither categories nor scripts and that PCRE2 knows by the same name.
const std::set<std::string_view> binary_properties{"any", "emoji", "emojipresentation", "emojimodifier", "emojimodifierbase",
                                                   "emojicomponent", "extendedpictographic", "alphabetic", "ideographic",
                                                   "unifiedideograph", "regionalindicator", "variationselector", "uppercase",
                                                   "lowercase", "whitespace", "hexdigit", "dash", "diacritic", "idstart",
                                                   "idcontinue", "xidstart", "xidcontinue", "joincontrol", "math", "ascii"};

std::string escapedRange(std::uint32_t first, std::uint32_t last) {
    char text[40];
    if (first == last)
        std::snprintf(text, sizeof text, "\\x{%x}", first);
    else
        std::snprintf(text, sizeof text, "\\x{%x}-\\x{%x}", first, last);
    return text;
}

/// A set as the inside of a PCRE2 class; `negative` is it, where a class can hold the complement directly.
struct Set {
    std::string positive;
    std::string negative; // empty: only through a lookahead
};

Set categorySet(std::string_view code) {
    Set set{"\\p{" + std::string(code) + "}", "\\P{" + std::string(code) + "}"};
    for (const auto& added : tables::regex_additions) {
        if (std::string_view(added.name).substr(0, code.size()) != code)
            continue;
        set.positive += escapedRange(added.first, added.last);
        set.negative.clear();
    }
    return set;
}

Set wordSet() {
    Set set;
    for (const std::string_view code : {"L", "M", "Nd", "Nl", "Pc"})
        set.positive += categorySet(code).positive;
    // Below U+0100 Oniguruma counts all numbers, above it the circled letters (alphabetic symbols) as well.
    set.positive += R"(\x{b2}\x{b3}\x{b9}\x{bc}-\x{be}\x{24b6}-\x{24e9}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189})";
    return set;
}

std::string foldedName(std::string_view name) {
    std::string folded;
    for (const char c : name)
        if (c != ' ' && c != '_' && c != '-')
            folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    return folded;
}

Set propertySet(std::string_view name) {
    if (category_codes.contains(name))
        return categorySet(name);
    const std::string folded = foldedName(name);
    for (const std::string_view code : category_codes)
        if (foldedName(code) == folded)
            return categorySet(code);
    for (const auto& [long_name, code] : category_names)
        if (long_name == folded)
            return categorySet(code);
    if (folded == "space")
        return {std::string(space_set), std::string(non_space_set)};
    if (folded == "word")
        return wordSet();
    if (folded == "alpha")
        return {"\\p{Alphabetic}", "\\P{Alphabetic}"};
    if (folded == "alnum")
        return {"\\p{Alphabetic}" + categorySet("Nd").positive, ""};
    if (folded == "upper" || folded == "lower")
        return propertySet(folded + "case");
    if (folded == "punct") // unlike punctuation, with symbols
        return {categorySet("P").positive + categorySet("S").positive, ""};
    if (folded == "xdigit")
        return {std::string(hex_set), ""};
    if (binary_properties.contains(folded))
        return {"\\p{" + std::string(name) + "}", "\\P{" + std::string(name) + "}"};
    Set set{"\\p{sc:" + std::string(name) + "}", "\\P{sc:" + std::string(name) + "}"};
    for (const auto& added : tables::regex_script_additions) {
        if (foldedName(added.name) != folded)
            continue;
        set.positive += escapedRange(added.first, added.last);
        set.negative.clear();
    }
    return set;
}

class Translator {
public:
    explicit Translator(std::string_view pattern) : in_(pattern) {}

    std::string run() {
        while (at_ < in_.size())
            item();
        return std::move(out_);
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }

    void atom(std::string_view text) {
        last_atom_ = out_.size();
        out_ += text;
    }

    void item() {
        const char c = peek();
        if (c == '\\') {
            escape();
        } else if (c == '[') {
            atom(characterClass());
        } else if (c == '(') {
            open();
        } else if (c == ')') {
            out_ += in_[at_++];
            if (!groups_.empty()) {
                last_atom_ = groups_.back();
                groups_.pop_back();
            }
        } else if (c == '{') {
            interval();
        } else if (c == '*' || c == '+' || c == '?' || c == '|') {
            out_ += in_[at_++];
        } else {
            const std::size_t length = utf8Length(static_cast<unsigned char>(c));
            atom(in_.substr(at_, length));
            at_ += length;
        }
    }

    /// `(`, and the flags of `(?imx-imx`: Ruby's m lets the dot match line ends, which is PCRE2's s.
    void open() {
        groups_.push_back(out_.size());
        out_ += in_[at_++];
        if (peek() != '?')
            return;
        std::size_t end = at_ + 1;
        while (end < in_.size() && (in_[end] == 'i' || in_[end] == 'm' || in_[end] == 'x' || in_[end] == '-'))
            ++end;
        if (end == at_ + 1 || end >= in_.size() || (in_[end] != ')' && in_[end] != ':'))
            return;
        for (; at_ < end; ++at_)
            out_ += in_[at_] == 'm' ? 's' : in_[at_];
    }

    /// `{,n}` is {0,n}; `{n,m}+` repeats again, where PCRE2 reads a possessive quantifier.
    void interval() {
        std::size_t end = at_ + 1;
        while (end < in_.size() && ((in_[end] >= '0' && in_[end] <= '9') || in_[end] == ','))
            ++end;
        const std::string_view inside = in_.substr(at_ + 1, end - at_ - 1);
        if (end >= in_.size() || in_[end] != '}' || inside.empty() || inside == ",") {
            atom("\\{");
            ++at_;
            return;
        }
        out_ += inside.front() == ',' ? "{0" + std::string(inside) + "}" : "{" + std::string(inside) + "}";
        at_ = end + 1;
        if (peek() == '+') {
            out_.insert(last_atom_, "(?:");
            out_ += ')';
        }
    }

    void escape() {
        const char kind = peek(1);
        if (const auto [set, negated] = escapedSet(); !set.positive.empty()) {
            atom((negated ? "[^" : "[") + set.positive + "]");
            return;
        }
        if (kind == 'b' || kind == 'B') {
            const std::string w = "[" + wordSet().positive + "]";
            at_ += 2;
            atom(kind == 'b' ? "(?:(?<=" + w + ")(?!" + w + ")|(?<!" + w + ")(?=" + w + "))"
                             : "(?:(?<=" + w + ")(?=" + w + ")|(?<!" + w + ")(?!" + w + "))");
            return;
        }
        atom(plainEscape());
    }

    /// An escape that stands for a set: consumed and returned with whether it is negated; an empty set otherwise.
    std::pair<Set, bool> escapedSet() {
        const char kind = peek(1);
        const auto take = [&](Set set, bool negated) {
            at_ += 2;
            return std::pair{std::move(set), negated};
        };
        switch (kind) {
        case 's': return take({std::string(space_set), std::string(non_space_set)}, false);
        case 'S': return take({std::string(space_set), std::string(non_space_set)}, true);
        case 'd': return take(categorySet("Nd"), false);
        case 'D': return take(categorySet("Nd"), true);
        case 'w': return take(wordSet(), false);
        case 'W': return take(wordSet(), true);
        case 'h': return take({std::string(hex_set), ""}, false);
        case 'H': return take({std::string(hex_set), ""}, true);
        case 'p':
        case 'P': break;
        default: return {};
        }
        const std::size_t close = in_.find('}', at_);
        if (peek(2) != '{' || close == std::string_view::npos)
            return {};
        std::string_view name = in_.substr(at_ + 3, close - at_ - 3);
        bool negated = kind == 'P';
        if (!name.empty() && name.front() == '^') {
            name.remove_prefix(1);
            negated = !negated;
        }
        at_ = close + 1;
        return {propertySet(name), negated};
    }

    /// Any other escape, rewritten where the two disagree.
    std::string plainEscape() {
        const char kind = peek(1);
        if (kind == 'v') {
            at_ += 2;
            return "\\x0b";
        }
        if (kind == 'u' && at_ + 6 <= in_.size()) {
            const std::string digits(in_.substr(at_ + 2, 4));
            at_ += 6;
            return "\\x{" + digits + "}";
        }
        std::size_t length = at_ + 1 < in_.size() ? 1 + utf8Length(static_cast<unsigned char>(kind)) : 1;
        if (kind == 'x' && peek(2) == '{') {
            const std::size_t close = in_.find('}', at_);
            if (close != std::string_view::npos)
                length = close - at_ + 1;
        }
        std::string text(in_.substr(at_, length));
        at_ += length;
        return text;
    }

    /// `[...]` as a PCRE2 pattern for one character.
    std::string characterClass() {
        if (++class_depth_ > max_class_depth) {
            at_ = in_.size();
            return "["; // which PCRE2 refuses
        }
        std::string text = characterClassInside();
        --class_depth_;
        return text;
    }

    std::string characterClassInside() {
        ++at_;
        const bool negated = peek() == '^';
        if (negated)
            ++at_;
        std::vector<std::string> operands; // of &&, each matches one character
        std::string body;
        std::vector<std::string> nested;
        bool first = true;
        const auto finishOperand = [&] {
            std::string text;
            if (nested.empty()) {
                text = body.empty() ? "(?!)" : "[" + body + "]";
            } else {
                text = "(?:";
                if (!body.empty())
                    text += "[" + body + "]|";
                for (std::size_t i = 0; i < nested.size(); ++i)
                    text += (i > 0 ? "|" : "") + nested[i];
                text += ")";
            }
            operands.push_back(std::move(text));
            body.clear();
            nested.clear();
        };
        while (at_ < in_.size() && (peek() != ']' || first)) {
            first = false;
            classItem(body, nested, finishOperand);
        }
        if (at_ >= in_.size())
            return "[" + body; // unterminated: PCRE2 says so
        ++at_;
        if (operands.empty() && nested.empty())
            return (negated ? "[^" : "[") + body + "]";
        finishOperand();
        std::string all;
        for (std::size_t i = 0; i + 1 < operands.size(); ++i)
            all += "(?=" + operands[i] + ")";
        all += operands.back();
        return negated ? "(?:(?!" + all + ")" + std::string(any_character) + ")" : "(?:" + all + ")";
    }

    template <class FinishOperand>
    void classItem(std::string& body, std::vector<std::string>& nested, const FinishOperand& finishOperand) {
        const char c = peek();
        if (c == '[' && peek(1) == ':') {
            const std::size_t close = in_.find(":]", at_);
            if (close != std::string_view::npos) {
                std::string_view name = in_.substr(at_ + 2, close - at_ - 2);
                const bool negated = !name.empty() && name.front() == '^';
                if (negated)
                    name.remove_prefix(1);
                at_ = close + 2;
                addSet(propertySet(name), negated, body, nested);
                return;
            }
        }
        if (c == '[') {
            nested.push_back(characterClass());
        } else if (c == '&' && peek(1) == '&') {
            at_ += 2;
            finishOperand();
        } else if (c == '\\') {
            if (auto [set, negated] = escapedSet(); !set.positive.empty())
                addSet(set, negated, body, nested);
            else
                body += plainEscape();
        } else {
            const std::size_t length = utf8Length(static_cast<unsigned char>(c));
            body += in_.substr(at_, length);
            at_ += length;
        }
    }

    static void addSet(const Set& set, bool negated, std::string& body, std::vector<std::string>& nested) {
        if (!negated)
            body += set.positive;
        else if (!set.negative.empty())
            body += set.negative;
        else
            nested.push_back("[^" + set.positive + "]");
    }

    static constexpr std::size_t max_class_depth = 32;

    std::string_view in_;
    std::size_t at_ = 0;
    std::size_t class_depth_ = 0;
    std::string out_;
    std::size_t last_atom_ = 0;
    std::vector<std::size_t> groups_;
};

} // namespace

std::string pcre2FromOniguruma(std::string_view pattern) { return Translator(pattern).run(); }

} // namespace headlight
