#include "core/tokenizer/decoders.h"

#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/token_model.h"

#include <algorithm>
#include <array>
#include <optional>

namespace headlight {
namespace {

template <class Function>
class FunctionDecoder final : public Decoder {
public:
    explicit FunctionDecoder(Function function) : function_(std::move(function)) {}
    std::vector<std::string> apply(std::vector<std::string> tokens) const override { return function_(std::move(tokens)); }

private:
    Function function_;
};

template <class Function>
DecoderPtr fromFunction(Function function) {
    return std::make_unique<const FunctionDecoder<Function>>(std::move(function));
}

using Tokens = std::vector<std::string>;

std::string replaceAll(std::string_view text, std::string_view from, std::string_view to) {
    if (from.empty())
        return std::string(text);
    std::string out;
    std::size_t copied = 0;
    for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from, copied)) {
        out.append(text.substr(copied, at - copied)).append(to);
        copied = at + from.size();
    }
    return out.append(text.substr(copied));
}

/// Spaces before punctuation and English contractions, as BERT's tokenizer cleans them.
std::string cleanUp(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 11> rules{{{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","},
                                                                                   {" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"},
                                                                                   {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"},
                                                                                   {" 're", "'re"}}};
    std::string out(text);
    for (const auto& [from, to] : rules)
        out = replaceAll(out, from, to);
    return out;
}

Tokens decodeByteLevel(Tokens tokens) {
    const auto& alphabet = ByteLevelAlphabet::get();
    std::string bytes;
    for (const std::string& token : tokens)
        bytes += alphabet.bytesOf(token).value_or(token);
    return {replaceInvalidUtf8(bytes)};
}

Tokens decodeWordPiece(Tokens tokens, std::string_view prefix, bool cleanup) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0)
            tokens[i] = tokens[i].starts_with(prefix) ? tokens[i].substr(prefix.size()) : " " + tokens[i];
        if (cleanup)
            tokens[i] = cleanUp(tokens[i]);
    }
    return tokens;
}

Tokens decodeMetaspace(Tokens tokens, std::string_view replacement, PrependScheme scheme) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
        tokens[i] = replaceAll(tokens[i], replacement, i == 0 && scheme != PrependScheme::Never ? "" : " ");
    return tokens;
}

Tokens decodeByteFallback(Tokens tokens) {
    Tokens out;
    std::string bytes; // of the byte tokens in a row
    const auto flush = [&] {
        if (bytes.empty())
            return;
        if (firstInvalidUtf8(bytes) == bytes.size())
            out.push_back(bytes);
        else
            out.insert(out.end(), bytes.size(), "\xEF\xBF\xBD");
        bytes.clear();
    };
    for (std::string& token : tokens) {
        if (const auto byte = byteOfToken(token)) {
            bytes.push_back(*byte);
            continue;
        }
        flush();
        out.push_back(std::move(token));
    }
    flush();
    return out;
}

Tokens fuse(Tokens tokens) {
    std::string all;
    for (const std::string& token : tokens)
        all += token;
    return {all};
}

Tokens stripTokens(Tokens tokens, std::string_view content, std::size_t start, std::size_t stop) {
    for (std::string& token : tokens) {
        std::string_view rest = token;
        for (std::size_t i = 0; i < start && rest.starts_with(content); ++i)
            rest.remove_prefix(content.size());
        for (std::size_t i = 0; i < stop && rest.ends_with(content); ++i)
            rest.remove_suffix(content.size());
        token = std::string(rest);
    }
    return tokens;
}

Tokens decodeCtc(Tokens tokens, std::string_view pad, std::string_view delimiter, bool cleanup) {
    Tokens out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i > 0 && tokens[i] == tokens[i - 1])
            continue;
        std::string replaced = replaceAll(tokens[i], pad, "");
        if (cleanup)
            replaced = replaceAll(cleanUp(replaced), delimiter, " ");
        if (!replaced.empty())
            out.push_back(std::move(replaced));
    }
    return out;
}

/// Bytes that are no character become U+FFFD one by one.
std::string replaceEachInvalidByte(std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
        const std::size_t valid = firstInvalidUtf8(bytes);
        out.append(bytes.substr(0, valid));
        bytes.remove_prefix(valid);
        if (bytes.empty())
            break;
        out += "\xEF\xBF\xBD";
        bytes.remove_prefix(1);
    }
    return out;
}

/// Without white space around it, as Python's str.strip().
std::string_view stripped(std::string_view text) {
    const auto isSpace = [](CodePoint c) { return isWhitespace(c) || (c >= 0x1C && c <= 0x1F); };
    std::size_t begin = 0, end = text.size();
    for (std::size_t next = 0; next < text.size() && isSpace(nextCodePoint(text, next));)
        begin = next;
    for (std::size_t before = end; end > begin && isSpace(previousCodePoint(text, before));)
        end = before;
    return text.substr(begin, end - begin);
}

Tokens decodeSentencePiece(const Tokens& tokens, const std::vector<std::string>& specials, const std::string& behind, bool has_bytes) {
    std::string out, run, bytes; // the pieces since the last special token; the byte tokens at their end
    const auto flushBytes = [&] {
        run += replaceEachInvalidByte(bytes);
        bytes.clear();
    };
    const auto flush = [&] {
        flushBytes();
        const std::string text = replaceAll(run, "\u2581", " ");
        out.append(text, std::min(text.find_first_not_of(' '), text.size()));
        run.clear();
    };
    for (const std::string& token : tokens) {
        if (const auto byte = has_bytes ? byteOfToken(token) : std::nullopt) {
            bytes.push_back(*byte);
            continue;
        }
        if (std::find(specials.begin(), specials.end(), token) == specials.end()) {
            flushBytes();
            run += token;
            continue;
        }
        flush();
        out += token + behind;
    }
    flush();
    return {std::string(stripped(out))};
}

Tokens replaceInTokens(Tokens tokens, const Regex& pattern, std::string_view content) {
    std::vector<ByteRange> matches;
    for (std::string& token : tokens) {
        if (!pattern.findAll(token, matches).ok() || matches.empty())
            continue;
        std::string out;
        std::size_t copied = 0;
        for (const ByteRange& match : matches) {
            out.append(token, copied, match.begin - copied).append(content);
            copied = match.end;
        }
        token = out.append(token, copied);
    }
    return tokens;
}

} // namespace

DecoderPtr makeSequenceDecoder(std::vector<DecoderPtr> steps) {
    return fromFunction([steps = std::make_shared<const std::vector<DecoderPtr>>(std::move(steps))](Tokens tokens) {
        for (const auto& step : *steps)
            tokens = step->apply(std::move(tokens));
        return tokens;
    });
}
DecoderPtr makeByteLevelDecoder() { return fromFunction(decodeByteLevel); }
DecoderPtr makeWordPieceDecoder(std::string prefix, bool cleanup) {
    return fromFunction([prefix = std::move(prefix), cleanup](Tokens tokens) { return decodeWordPiece(std::move(tokens), prefix, cleanup); });
}
DecoderPtr makeMetaspaceDecoder(CodePoint replacement, PrependScheme prepend_scheme) {
    return fromFunction([utf8 = toUtf8(replacement), prepend_scheme](Tokens tokens) { return decodeMetaspace(std::move(tokens), utf8, prepend_scheme); });
}
DecoderPtr makeBpeDecoder(std::string suffix) {
    return fromFunction([suffix = std::move(suffix)](Tokens tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            tokens[i] = replaceAll(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
        return tokens;
    });
}
DecoderPtr makeByteFallbackDecoder() { return fromFunction(decodeByteFallback); }
DecoderPtr makeFuseDecoder() { return fromFunction(fuse); }
DecoderPtr makeStripDecoder(CodePoint content, std::size_t start, std::size_t stop) {
    return fromFunction([utf8 = toUtf8(content), start, stop](Tokens tokens) { return stripTokens(std::move(tokens), utf8, start, stop); });
}
DecoderPtr makeReplaceDecoder(Regex pattern, std::string content) {
    return fromFunction([pattern = std::make_shared<const Regex>(std::move(pattern)), content = std::move(content)](Tokens tokens) {
        return replaceInTokens(std::move(tokens), *pattern, content);
    });
}
DecoderPtr makeSentencePieceDecoder(std::vector<std::string> specials, std::string behind, bool has_bytes) {
    return fromFunction([specials = std::move(specials), behind = std::move(behind), has_bytes](const Tokens& tokens) {
        return decodeSentencePiece(tokens, specials, behind, has_bytes);
    });
}
DecoderPtr makeCtcDecoder(std::string pad_token, std::string word_delimiter_token, bool cleanup) {
    return fromFunction([pad = std::move(pad_token), delimiter = std::move(word_delimiter_token), cleanup](Tokens tokens) {
        return decodeCtc(std::move(tokens), pad, delimiter, cleanup);
    });
}

} // namespace headlight
