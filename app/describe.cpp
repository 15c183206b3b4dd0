#include "app/describe.h"

#include "core/analysis/interventions/change_text.h"

#include <cstdio>

namespace headlight {

void addTokens(Json& to, const TokenSequence& tokens) {
    to["ids"] = tokens.ids;
    to["tokens"] = tokens.tokens;
    to["display"] = tokens.display;
    Json offsets = Json::array();
    for (const ByteRange& range : tokens.offsets)
        offsets.push_back({range.begin, range.end});
    to["offsets"] = std::move(offsets);
    to["type_ids"] = tokens.type_ids;
    to["sequence"] = tokens.sequence;
    to["special"] = tokens.special;
}

Json candidatesJson(const Model& model, std::span<const Candidate> candidates) {
    std::vector<TokenId> ids;
    for (const Candidate& candidate : candidates)
        ids.push_back(candidate.id);
    const TokenSequence tokens = model.describe(std::move(ids));
    Json list = Json::array();
    for (std::size_t i = 0; i < candidates.size(); ++i)
        list.push_back({{"rank", i + 1},
                        {"id", candidates[i].id},
                        {"token", tokens.tokens[i]},
                        {"display", tokens.display[i]},
                        {"probability", candidates[i].probability},
                        {"logit", candidates[i].logit}});
    return list;
}

Json changesJson(const std::vector<Change>& changes) {
    Json lines = Json::array();
    for (const Change& change : changes)
        lines.push_back(changeText(change));
    return lines;
}

std::string offsetText(const TokenSequence& tokens, std::size_t position) {
    const ByteRange& range = tokens.offsets[position];
    if (range.begin == range.end)
        return {};
    const std::string text = std::to_string(range.begin) + "-" + std::to_string(range.end);
    return tokens.sequence[position] == 1 ? "pair " + text : text;
}

Table tokenTable(const TokenSequence& tokens) {
    Table table({{"#", Table::Align::Right}, {"id", Table::Align::Right}, {"token"}, {"bytes"}});
    for (std::size_t i = 0; i < tokens.size(); ++i)
        table.row({std::to_string(i), std::to_string(tokens.ids[i]), tokens.tokens[i], offsetText(tokens, i)});
    return table;
}

std::string candidatesText(const Model& model, std::span<const Candidate> candidates) {
    std::vector<TokenId> ids;
    for (const Candidate& candidate : candidates)
        ids.push_back(candidate.id);
    const TokenSequence tokens = model.describe(std::move(ids));
    std::string text;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        text += (i > 0 ? "   " : "") + visibleSpaces(tokens.display[i]) + " " + percentText(candidates[i].probability);
    return text;
}

std::string visibleSpaces(const std::string& display) {
    std::string text;
    for (const char character : display)
        text += character == ' ' ? std::string("␣") : std::string(1, character);
    return text;
}

std::string percentText(float probability) { return numberText(100.0 * double(probability), 1) + " %"; }

std::string numberText(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string precisionText(ComputePrecision precision) {
    std::string text(precisionName(precision));
    for (char& letter : text)
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return text;
}

} // namespace headlight
