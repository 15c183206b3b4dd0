#include "app/commands/tokenize_command.h"

#include "app/commands/line_answers.h"
#include "app/forward.h"
#include "app/json.h"
#include "app/table.h"
#include "core/checkpoint/model_folder.h"
#include "core/tokenizer/tokenizer.h"

#include <memory>

namespace headlight {

namespace {

Result<std::shared_ptr<const Tokenizer>> openTokenizer(const std::string& name) {
    HEADLIGHT_ASSIGN(const ModelListing listing, findModel(name, ModelNeed::Tokenizer));
    return Tokenizer::fromFolder(listing.folder);
}

Json encodingJson(const Tokenizer& tokenizer, const Encoding& encoding) {
    Json json = Json::object();
    json["ids"] = encoding.ids;
    json["tokens"] = encoding.tokens;
    Json display = Json::array();
    for (const TokenId id : encoding.ids)
        display.push_back(tokenizer.displayText(id));
    json["display"] = std::move(display);
    Json offsets = Json::array();
    for (const ByteRange& range : encoding.offsets)
        offsets.push_back({range.begin, range.end});
    json["offsets"] = std::move(offsets);
    json["type_ids"] = encoding.type_ids;
    json["sequence"] = encoding.sequence;
    json["special"] = encoding.special;
    return json;
}

std::string encodingTable(const Encoding& encoding, const std::string& text, const std::string& pair) {
    Table table({{"#", Table::Align::Right}, {"id", Table::Align::Right}, {"token"}, {"bytes"}, {"text"}});
    for (std::size_t i = 0; i < encoding.size(); ++i) {
        const ByteRange& range = encoding.offsets[i];
        const bool in_pair = encoding.sequence[i] == 1;
        const bool in_text = range.begin < range.end && encoding.sequence[i] >= 0;
        const std::string bytes = std::to_string(range.begin) + "-" + std::to_string(range.end);
        const std::string& source = in_pair ? pair : text;
        table.row({std::to_string(i), std::to_string(encoding.ids[i]), encoding.tokens[i],
                   in_text ? (in_pair ? "pair " : "") + bytes : "",
                   in_text ? source.substr(range.begin, range.end - range.begin) : ""});
    }
    return table.text();
}

Result<std::string> answerLine(const Tokenizer& tokenizer, const std::string& line, bool json) {
    HEADLIGHT_ASSIGN(const Encoding encoding, tokenizer.encode(line));
    if (json)
        return jsonLine(encodingJson(tokenizer, encoding));
    std::string tokens;
    for (const std::string& token : encoding.tokens)
        tokens += (tokens.empty() ? "" : " ") + printable(token);
    return tokens;
}

} // namespace

CommandResult runTokenizeCommand(CommandContext& context) {
    const Options& options = context.options;
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Tokenizer> tokenizer, openTokenizer(options.model.name));
    if (options.lines)
        return answerLines(context, [&](const std::string& line) { return answerLine(*tokenizer, line, options.json); });
    HEADLIGHT_ASSIGN(const std::string text, givenText(*options.text.text, context.input));
    const std::string pair = options.text.text_pair.value_or("");
    HEADLIGHT_ASSIGN(const Encoding encoding,
                     options.text.text_pair ? tokenizer->encodePair(text, pair) : tokenizer->encode(text));
    if (!options.json) {
        context.output.write(encodingTable(encoding, text, pair));
        return kExitOk;
    }
    Json json = Json::object();
    json["model"] = options.model.name;
    json["text"] = text;
    if (options.text.text_pair)
        json["text_pair"] = pair;
    json.update(encodingJson(*tokenizer, encoding));
    context.output.line(jsonLine(json));
    return kExitOk;
}

} // namespace headlight
