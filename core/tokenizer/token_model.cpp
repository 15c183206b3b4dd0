#include "core/tokenizer/token_model.h"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace headlight {

Error TokenModel::missingUnknownToken(const std::string& unknown_token, std::string_view piece) const {
    return makeError(ErrorKind::Tokenizer, "the text has a part the vocabulary lacks, and there is no unknown token for it")
        .inFile(file_)
        .atItem("model.unk_token")
        .butFound(unknown_token.empty() ? "an unknown token" : "\"" + unknown_token + "\" in the vocabulary", "none, for \"" + std::string(piece) + "\"")
        .because("The vocabulary was made for other text, or the unknown token was left out")
        .nextStep("Add the unknown token to the tokenizer's file or use another text.");
}

std::optional<char> byteOfToken(std::string_view token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>')
        return std::nullopt;
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    const int high = token[3] == '+' ? 0 : digit(token[3]), low = digit(token[4]);
    if (high < 0 || low < 0)
        return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

std::vector<TokenId> byteTokenIds(const Vocabulary& vocabulary) {
    std::vector<TokenId> ids(256, -1);
    for (unsigned byte = 0; byte < 256; ++byte) {
        char text[8];
        std::snprintf(text, sizeof text, "<0x%02X>", byte);
        ids[byte] = vocabulary.find(text).value_or(-1);
    }
    return ids;
}

Result<void> checkByteTokens(const Vocabulary& vocabulary, const std::string& file) {
    std::optional<std::string> bad;
    vocabulary.forEach([&](std::string_view token, TokenId) {
        if (bad || token.size() <= 6 || !token.starts_with("<0x") || token.back() != '>')
            return;
        const std::string_view digits = token.substr(3, token.size() - 4);
        if (digits.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos)
            bad = std::string(token);
    });
    if (!bad)
        return {};
    return makeError(ErrorKind::Tokenizer, "a byte token is out of range")
        .inFile(file)
        .atItem("model.vocab[\"" + *bad + "\"]")
        .butFound("<0x00> to <0xFF>", *bad)
        .because("The file is damaged or was edited")
        .nextStep("Get the tokenizer's file again.");
}

} // namespace headlight
