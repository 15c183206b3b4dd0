#include "tests/support/json_mutations.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace headlight::testing {

namespace {

constexpr std::size_t kDeepest = 64;

constexpr std::array<std::string_view, 32> kValues = {"0",
                                                      "-1",
                                                      "1",
                                                      "2",
                                                      "-0",
                                                      "0.5",
                                                      "-1e-300",
                                                      "1e308",
                                                      "255",
                                                      "65536",
                                                      "2147483647",
                                                      "2147483648",
                                                      "4294967296",
                                                      "9223372036854775807",
                                                      "9223372036854775808",
                                                      "18446744073709551615",
                                                      "1000000000",
                                                      "null",
                                                      "true",
                                                      "false",
                                                      "\"\"",
                                                      "\"a\"",
                                                      "\"\\u0000\"",
                                                      "\"\\ud83d\\ude00\"",
                                                      "\" \"",
                                                      "\"NaN\"",
                                                      "{}",
                                                      "[]",
                                                      "[[]]",
                                                      "{\"\":{}}",
                                                      "[0,0]",
                                                      "[null]"};
constexpr std::array<std::string_view, 12> kInStrings = {
    "\\u0000",  "\\n", "\\ud83d\\ude00", "\\u202e", "\xc3\xa9", "\xe2\x96\x81",
    "\xcc\x81", " ",   "/../",           "<0x41>",  "a t",      "(a|aa)+$"};

/// Reads a text as JSON and notes where its values are. Strings and literals are not looked into.
class Scanner {
public:
    explicit Scanner(std::string_view text)
        : text_(text) {}

    std::vector<JsonPlace> scan() {
        skipBlanks();
        const bool whole = value(at_, at_);
        skipBlanks();
        if (!whole || at_ != text_.size())
            places_.clear();
        return std::move(places_);
    }

private:
    bool value(std::size_t whole_begin, std::size_t key_end) {
        if (++depth_ > kDeepest || at_ >= text_.size())
            return false;
        const std::size_t index = places_.size();
        const bool element = whole_begin == key_end;
        places_.push_back({element ? at_ : whole_begin, element ? at_ : key_end, at_, at_});
        const char first = text_[at_];
        const bool read = first == '{'   ? container('}')
                          : first == '[' ? container(']')
                          : first == '"' ? string()
                                         : literal();
        places_[index].end = at_;
        --depth_;
        return read;
    }

    bool container(char last) {
        ++at_;
        skipBlanks();
        if (take(last))
            return true;
        do {
            skipBlanks();
            const std::size_t key_begin = at_;
            std::size_t key_end = at_;
            if (last == '}') {
                if (at_ >= text_.size() || text_[at_] != '"' || !string())
                    return false;
                key_end = at_;
                skipBlanks();
                if (!take(':'))
                    return false;
                skipBlanks();
            }
            if (!value(key_begin, key_end))
                return false;
            skipBlanks();
        } while (take(','));
        return take(last);
    }

    bool string() {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\\')
                ++at_;
            else if (text_[at_] == '"')
                return ++at_, true;
        }
        return false;
    }

    bool literal() {
        const std::size_t begin = at_;
        at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        return at_ > begin;
    }

    bool take(char wanted) {
        const bool there = at_ < text_.size() && text_[at_] == wanted;
        at_ += there;
        return there;
    }
    void skipBlanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

    std::string_view text_;
    std::vector<JsonPlace> places_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

const std::string& anyOf(const std::vector<std::string>& texts, Random& random) {
    return texts[random.below(texts.size())];
}

/// A value nearly as it was: a number one off or doubled, a text with something in it.
std::string altered(std::string_view value, Random& random) {
    std::string text(value);
    if (text.front() == '"') {
        text.insert(random.below(2) ? 1 : text.size() - 1, kInStrings[random.below(kInStrings.size())]);
        return text;
    }
    if (text.find_first_not_of("0123456789") != std::string::npos || text.size() > 18)
        return std::string(kValues[random.below(kValues.size())]);
    const std::int64_t number = std::strtoll(text.c_str(), nullptr, 10);
    const std::array<std::int64_t, 6> near = {number + 1, number - 1, number * 2,
                                              number / 2, number + 8, -number};
    return std::to_string(near[random.below(near.size())]);
}

void removeWhole(std::string& text, const JsonPlace& place) {
    std::size_t end = std::min(text.find_first_not_of(" \t\r\n", place.end), text.size());
    std::size_t begin = place.whole_begin;
    if (end < text.size() && text[end] == ',') {
        ++end;
    } else {
        const std::size_t before = text.find_last_not_of(" \t\r\n", begin ? begin - 1 : 0);
        if (begin > 0 && before != std::string::npos && text[before] == ',')
            begin = before;
        end = place.end;
    }
    text.erase(begin, end - begin);
}

void swapValues(std::string& text, JsonPlace first, JsonPlace second) {
    if (second.begin < first.begin)
        std::swap(first, second);
    if (second.begin < first.end) // one holds the other, which takes its place
        return void(text.replace(first.begin, first.end - first.begin, std::string(second.value(text))));
    const std::string early(first.value(text));
    const std::string late(second.value(text));
    text.replace(second.begin, late.size(), early);
    text.replace(first.begin, early.size(), late);
}

} // namespace

std::vector<JsonPlace> jsonPlaces(std::string_view text) {
    return Scanner(text).scan();
}

JsonMutator::JsonMutator(const std::vector<std::string>& seeds)
    : values_{"null"}
    , keys_{"\"a\""} {
    for (const std::string& seed : seeds) {
        for (const JsonPlace& place : jsonPlaces(seed)) {
            values_.emplace_back(place.value(seed));
            if (place.isMember())
                keys_.emplace_back(place.key(seed));
        }
    }
}

bool JsonMutator::mutate(std::string& text, Random& random) const {
    const std::vector<JsonPlace> places = jsonPlaces(text);
    if (places.size() < 2)
        return false;
    const JsonPlace& place = places[1 + random.below(places.size() - 1)]; // not the whole
    const std::size_t size = place.end - place.begin;
    switch (random.below(9)) {
    case 0:
        text.replace(place.begin, size, kValues[random.below(kValues.size())]);
        break;
    case 1:
        text.replace(place.begin, size, anyOf(values_, random));
        break;
    case 2:
        removeWhole(text, place);
        break;
    case 3: // doubled; a member under another key, as a second one of the same is refused at once
        text.insert(place.whole_begin, (place.isMember() ? anyOf(keys_, random) + ":" : "") +
                                           std::string(place.value(text)) + ",");
        break;
    case 4:
        if (place.isMember())
            text.replace(place.whole_begin, place.key_end - place.whole_begin, anyOf(keys_, random));
        break;
    case 5:
        swapValues(text, place, places[1 + random.below(places.size() - 1)]);
        break;
    case 6: {
        const std::string value(place.value(text));
        text.replace(place.begin, size, random.below(2) ? "[" + value + "]" : "{\"a\":" + value + "}");
        break;
    }
    default:
        text.replace(place.begin, size, altered(place.value(text), random));
    }
    return true;
}

} // namespace headlight::testing
