#include "core/tokenizer/added_vocabulary.h"

#include <algorithm>
#include <set>

namespace headlight {
namespace {

/// Begin of the white space that ends at `end`.
std::size_t spaceBefore(std::string_view text, std::size_t end) {
    while (end > 0) {
        std::size_t before = end;
        if (!isWhitespace(previousCodePoint(text, before)))
            break;
        end = before;
    }
    return end;
}

std::size_t spaceBehind(std::string_view text, std::size_t begin) {
    while (begin < text.size()) {
        std::size_t after = begin;
        if (!isWhitespace(nextCodePoint(text, after)))
            break;
        begin = after;
    }
    return begin;
}

bool isInsideWord(std::string_view text, std::size_t begin, std::size_t end) {
    if (begin > 0) {
        std::size_t before = begin;
        if (isWordCharacter(previousCodePoint(text, before)))
            return true;
    }
    if (end < text.size()) {
        std::size_t behind = end;
        return isWordCharacter(nextCodePoint(text, behind));
    }
    return false;
}

Result<void> check(const std::vector<AddedToken>& tokens, const std::string& file) {
    std::set<std::int64_t> ids;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto refuse = [&](std::string summary, std::string expected, std::string found) {
            return makeError(ErrorKind::Tokenizer, std::move(summary))
                .inFile(file)
                .atItem("added_tokens[" + std::to_string(i) + "]")
                .butFound(std::move(expected), std::move(found))
                .because("The file is damaged or was edited")
                .nextStep("Remove the entry or get the tokenizer's file again.");
        };
        const AddedToken& token = tokens[i];
        if (token.content.empty())
            return refuse("an added token is empty", "a content of at least one character", "\"\"");
        if (!token.id)
            continue;
        if (*token.id < 0 || *token.id > std::numeric_limits<TokenId>::max())
            return refuse("an added token's id is out of range", "0 to 2147483647", std::to_string(*token.id));
        if (!ids.insert(*token.id).second)
            return refuse("two added tokens have the same id", "every id once", std::to_string(*token.id) + " twice");
    }
    return {};
}

} // namespace

void AddedVocabulary::Matcher::build(std::vector<std::pair<std::string_view, std::uint32_t>> keys) {
    std::erase_if(keys, [](const auto& key) { return key.first.empty(); });
    active = !keys.empty();
    for (const auto& key : keys)
        starts[static_cast<unsigned char>(key.first.front())] = true;
    trie = ByteTrie(std::move(keys));
}

Result<AddedVocabulary> AddedVocabulary::build(const std::vector<AddedToken>& tokens, const TokenModel& model, const Normalizer* normalizer,
                                               const std::string& file) {
    HEADLIGHT_CHECK(check(tokens, file));
    AddedVocabulary added;
    auto next_id = static_cast<TokenId>(model.size());
    for (const AddedToken& token : tokens) {
        std::optional<TokenId> id = added.find(token.content);
        if (!id)
            id = model.vocabulary().find(token.content);
        if (!id)
            id = next_id++;
        std::string decoded = token.content;
        if (token.normalized && normalizer) {
            NormalizedString normalized(token.content, 0, token.content.size());
            HEADLIGHT_CHECK(normalizer->apply(normalized));
            decoded = normalized.text();
        }
        if (token.special)
            added.special_contents_[token.content] = true;
        added.by_content_[token.content] = *id;
        added.by_id_[*id] = {token, std::move(decoded)};
        added.highest_id_ = std::max(added.highest_id_, *id);
    }
    std::vector<std::pair<std::string_view, std::uint32_t>> raw, normalized;
    for (const auto& [id, entry] : added.by_id_)
        (entry.token.normalized ? normalized : raw).emplace_back(entry.decoded, static_cast<std::uint32_t>(id));
    // Where two tokens normalize to the same text, the one with the lowest id is found.
    std::sort(normalized.begin(), normalized.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    added.raw_.build(std::move(raw));
    added.normalized_.build(std::move(normalized));
    return added;
}

/// Leftmost longest matches. lstrip and rstrip widen a match after it was found, so a later one may begin inside.
void AddedVocabulary::findMatches(std::string_view text, const Matcher& matcher, std::vector<Split>& splits) const {
    std::size_t rest = 0; // text up to here is in a split
    for (std::size_t at = 0; matcher.active && at < text.size();) {
        if (!matcher.starts[static_cast<unsigned char>(text[at])]) {
            ++at;
            continue;
        }
        const auto [length, value] = matcher.trie.longestPrefix(text.substr(at));
        if (length == 0) {
            ++at;
            continue;
        }
        std::size_t begin = at, end = at + length;
        at = end;
        const auto id = static_cast<TokenId>(value);
        const AddedToken& token = by_id_.at(id).token;
        if ((token.single_word && isInsideWord(text, begin, end)) || (special_stay_text_ && isSpecialContent(token.content)))
            continue;
        if (token.lstrip)
            begin = std::max(spaceBefore(text, begin), rest);
        if (token.rstrip)
            end = spaceBehind(text, end);
        if (rest < begin)
            splits.push_back({rest, begin, -1});
        splits.push_back({begin, end, id});
        rest = end;
    }
    if (rest != text.size())
        splits.push_back({rest, text.size(), -1});
}

void AddedVocabulary::takeLanguageCodes(const Vocabulary& vocabulary, TokenId unknown) {
    unknown_code_ = unknown;
    vocabulary.forEach([this](std::string_view token, TokenId id) {
        if (token.starts_with(">>") && token.ends_with("<<"))
            codes_.emplace(token, id);
    });
}

void AddedVocabulary::splitLanguageCodes(std::string_view text, std::vector<Split>& splits) const {
    std::vector<Split> out;
    for (const Split& split : splits) {
        const std::string_view stretch = text.substr(split.begin, split.end - split.begin);
        const std::size_t end = split.token < 0 && stretch.starts_with(">>") ? stretch.find("<<") : std::string_view::npos;
        if (end == std::string_view::npos) {
            out.push_back(split);
            continue;
        }
        const std::size_t behind = split.begin + end + 2;
        const auto code = codes_.find(std::string(stretch.substr(0, end + 2)));
        out.push_back({split.begin, behind, code == codes_.end() ? *unknown_code_ : code->second});
        if (behind < split.end)
            out.push_back({behind, split.end, -1});
    }
    splits = std::move(out);
}

Result<PreTokenizedText> AddedVocabulary::extractAndNormalize(std::string_view text, const Normalizer* normalizer) const {
    PreTokenizedText result(text);
    if (text.empty())
        return result;
    std::vector<Split> segments;
    findMatches(text, raw_, segments);
    if (unknown_code_)
        splitLanguageCodes(text, segments);

    // Normalize each stretch of text; while nothing changes, pieces stay ranges of the original.
    std::vector<NormalizedString> strings;
    strings.reserve(segments.size());
    bool changed = false;
    for (const Split& segment : segments) {
        strings.emplace_back(text, segment.begin, segment.end);
        if (segment.token < 0 && normalizer) {
            HEADLIGHT_CHECK(normalizer->apply(strings.back()));
            changed = changed || !strings.back().unchanged();
        }
    }
    std::vector<Split> parts;
    const auto partsOf = [&](std::size_t i) {
        parts.clear();
        if (segments[i].token >= 0)
            parts.push_back({0, strings[i].text().size(), segments[i].token});
        else
            findMatches(strings[i].text(), normalized_, parts);
    };
    if (!changed) {
        for (std::size_t i = 0; i < segments.size(); ++i) {
            partsOf(i);
            for (const Split& part : parts) {
                const auto begin = static_cast<std::uint32_t>(segments[i].begin + part.begin);
                const auto end = static_cast<std::uint32_t>(segments[i].begin + part.end);
                if (begin < end)
                    result.pieces().push_back({begin, end, begin, part.token});
            }
        }
        return result;
    }
    PreTokenizedText::Rewriter rewriter(result);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        partsOf(i);
        for (const Split& part : parts)
            if (part.begin < part.end)
                rewriter.appendPiece(strings[i], part.begin, part.end, part.token);
    }
    rewriter.finish();
    return result;
}

std::optional<TokenId> AddedVocabulary::find(std::string_view content) const {
    const auto found = by_content_.find(std::string(content));
    return found == by_content_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string_view> AddedVocabulary::decodedContent(TokenId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional<std::string_view>(found->second.decoded);
}

std::optional<std::string_view> AddedVocabulary::content(TokenId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional<std::string_view>(found->second.token.content);
}

bool AddedVocabulary::isSpecial(TokenId id) const {
    const auto found = by_id_.find(id);
    return found != by_id_.end() && isSpecialContent(found->second.token.content);
}

bool AddedVocabulary::isSpecialContent(std::string_view content) const { return special_contents_.contains(std::string(content)); }

std::size_t AddedVocabulary::countNotIn(const TokenModel& model) const {
    return static_cast<std::size_t>(std::count_if(by_content_.begin(), by_content_.end(), [&](const auto& item) { return !model.vocabulary().find(item.first); }));
}

} // namespace headlight
