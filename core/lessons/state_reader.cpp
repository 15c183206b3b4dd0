// What a step sets, directive by directive.
#include "core/analysis/interventions/change_text.h"
#include "core/lessons/lesson_lines.h"
#include "core/lessons/lesson_vocabulary.h"
#include "core/lessons/lexemes.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace headlight {

namespace {

using Reader = Result<void> (*)(const LessonLines&, const Directive&, LessonState&);

Result<void> oneOf(const LessonLines& lines, const Directive& directive,
                   std::span<const std::string_view> names, const std::string& what,
                   std::optional<std::string>& target) {
    if (std::ranges::find(names, directive.value) == names.end())
        return lines.error(directive.line,
                           "there is no " + what + " “" + directive.value + "”" +
                               suggestion(directive.value, names),
                           "There are: " + listed(names));
    target = directive.value;
    return {};
}

Result<void> readHead(const LessonLines& lines, const Directive& directive, LessonState& state) {
    Result<HeadAddress> head = parseHeadAddress(directive.value);
    if (!head.ok())
        return lines.at(directive.line, head.error());
    state.head = *head;
    return {};
}

Result<void> readTokens(const LessonLines& lines, const Directive& directive, TokenPick& target) {
    Result<TokenPick> tokens = parseTokenChoice(directive.value);
    if (!tokens.ok())
        return lines.at(directive.line, tokens.error());
    const auto itself = [](const TokenName& name) {
        return name.kind == TokenName::Kind::Query || name.kind == TokenName::Kind::Key;
    };
    if (std::ranges::any_of(*tokens, itself))
        return lines.error(directive.line, "“" + directive.value + "” says which token by itself",
                           "Name a word, a place as in #3, first or last");
    target = std::move(*tokens);
    return {};
}

Result<void> readSettingValue(const LessonLines& lines, const Directive& directive,
                              const LessonSettingInfo& info, const std::string& value,
                              LessonSetting& setting) {
    double number = 0.0;
    switch (info.kind) {
    case SettingKind::YesNo:
        if (value != "yes" && value != "no")
            return lines.error(directive.line, "“" + setting.key + "” is yes or no, not “" + value + "”");
        setting.value = value == "yes";
        return {};
    case SettingKind::Number:
        if (!readNumber(value, number))
            return lines.error(directive.line, "“" + setting.key + "” is a number, not “" + value + "”");
        setting.value = number;
        return {};
    case SettingKind::Name:
        break;
    }
    std::vector<std::string_view> names;
    for (std::string_view rest = info.names; !rest.empty(); rest.remove_prefix(std::min(
             rest.size(), rest.find(' ') == std::string_view::npos ? rest.size() : rest.find(' ') + 1)))
        names.push_back(rest.substr(0, rest.find(' ')));
    if (std::ranges::find(names, value) == names.end())
        return lines.error(directive.line,
                           "“" + setting.key + "” cannot be “" + value + "”" + suggestion(value, names),
                           "There are: " + listed(names));
    setting.value = value;
    return {};
}

/// `softmax temperature = 0.5`
Result<void> readSetting(const LessonLines& lines, const Directive& directive, LessonState& state) {
    Result<std::vector<Lexeme>> lexemes = lexemesOf(directive.value);
    if (!lexemes.ok())
        return lines.at(directive.line, lexemes.error());
    const std::vector<Lexeme>& words = *lexemes;
    if (words.size() != 4 || !words[2].is("="))
        return lines.error(directive.line, "a setting is written as PAGE SETTING = VALUE",
                           "For example: set: softmax temperature = 0.5");
    std::vector<std::string_view> pages, keys;
    for (const LessonSettingInfo& info : lessonSettings()) {
        if (std::ranges::find(pages, info.page) == pages.end())
            pages.push_back(info.page);
        if (info.page == words[0].text)
            keys.push_back(info.key);
    }
    if (keys.empty())
        return lines.error(directive.line,
                           "there is no page “" + words[0].text + "” with settings" +
                               suggestion(words[0].text, pages),
                           "There are: " + listed(pages));
    const auto found = std::ranges::find_if(lessonSettings(), [&](const LessonSettingInfo& info) {
        return info.page == words[0].text && info.key == words[1].text;
    });
    if (found == lessonSettings().end())
        return lines.error(directive.line,
                           "“" + words[0].text + "” has no setting “" + words[1].text + "”" +
                               suggestion(words[1].text, keys),
                           "There are: " + listed(keys));
    LessonSetting setting{words[0].text, words[1].text, false};
    HEADLIGHT_CHECK(readSettingValue(lines, directive, *found, words[3].text, setting));
    state.settings.push_back(std::move(setting));
    return {};
}

Result<void> readChange(const LessonLines& lines, const Directive& directive, LessonState& state) {
    Result<Change> change = parseChange(directive.value);
    if (!change.ok())
        return lines.at(directive.line, change.error());
    state.changes.push_back(std::move(*change));
    return {};
}

struct StateDirective {
    std::string_view name;
    bool repeats;
    Reader read;
};

constexpr std::array kDirectives{
    StateDirective{"model", false,
                   [](const LessonLines&, const Directive& d, LessonState& s) -> Result<void> {
                       s.model = d.value;
                       return {};
                   }},
    StateDirective{"text", false,
                   [](const LessonLines&, const Directive& d, LessonState& s) -> Result<void> {
                       s.text = d.value;
                       return {};
                   }},
    StateDirective{"page", false,
                   [](const LessonLines& l, const Directive& d, LessonState& s) {
                       return oneOf(l, d, lessonPages(), "page", s.page);
                   }},
    StateDirective{"head", false, readHead},
    StateDirective{
        "query", false,
        [](const LessonLines& l, const Directive& d, LessonState& s) { return readTokens(l, d, s.query); }},
    StateDirective{
        "key", false,
        [](const LessonLines& l, const Directive& d, LessonState& s) { return readTokens(l, d, s.key); }},
    StateDirective{"step", false,
                   [](const LessonLines& l, const Directive& d, LessonState& s) {
                       return oneOf(l, d, lessonArithmeticSteps(), "step", s.arithmetic_step);
                   }},
    StateDirective{"set", true, readSetting},
    StateDirective{"change", true, readChange},
    StateDirective{"point", false,
                   [](const LessonLines& l, const Directive& d, LessonState& s) {
                       return oneOf(l, d, lessonParts(), "part", s.pointed_at);
                   }},
};

bool isSet(std::string_view name, const LessonState& state) {
    return (name == "model" && state.model) || (name == "text" && state.text) ||
           (name == "page" && state.page) || (name == "head" && state.head) ||
           (name == "query" && !state.query.empty()) || (name == "key" && !state.key.empty()) ||
           (name == "step" && state.arithmetic_step) || (name == "point" && state.pointed_at);
}

} // namespace

bool isStateDirective(std::string_view name) {
    return std::ranges::find(kDirectives, name, &StateDirective::name) != kDirectives.end();
}

Result<void> readStateDirective(const LessonLines& lines, const Directive& directive, LessonState& state) {
    const auto found = std::ranges::find(kDirectives, directive.name, &StateDirective::name);
    if (found == kDirectives.end()) {
        std::vector<std::string_view> names;
        for (const StateDirective& known : kDirectives)
            names.push_back(known.name);
        return lines.error(directive.line,
                           "there is no directive “" + directive.name + "” of a step" +
                               suggestion(directive.name, names),
                           "There are: " + listed(names) + ". Text begins after a blank line");
    }
    if (directive.value.empty())
        return lines.error(directive.line, "“" + directive.name + ":” says nothing");
    if (!found->repeats && isSet(directive.name, state))
        return lines.error(directive.line, "“" + directive.name + "” is there twice");
    HEADLIGHT_CHECK(found->read(lines, directive, state));
    state.lines[directive.name] = directive.line;
    return {};
}

} // namespace headlight
