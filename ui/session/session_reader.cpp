#include "ui/session/session_format.h"

#include "core/checkpoint/config_reader.h"
#include "core/checkpoint/json_file.h"
#include "core/tensor/dtype.h"
#include "ui/session/base64.h"
#include "ui/session/field_reader.h"

#include <array>

namespace headlight::session {

namespace {

constexpr std::size_t kVersion = 1;
constexpr JsonLimits kLimits{.max_bytes = kMostFileBytes, .max_depth = 48, .max_values = 4'000'000};
constexpr std::size_t kMostTokens = 1'000'000;     // of a text; models read a hundredth of it
constexpr std::size_t kMostHeads = 100'000;        // of a layer, and companions
constexpr std::size_t kMostParts = 1'000;
constexpr std::size_t kMostRows = 1'000;
constexpr std::size_t kMostPredictions = 1'000;
constexpr double kLargestValue = 1e30;
constexpr std::size_t kLargestCount = std::size_t{1} << 50; // parameters of a model

Result<AttentionKind> readKind(const FieldReader& fields, std::string_view key) {
    HEADLIGHT_ASSIGN(const std::string name, fields.text(key));
    for (const AttentionKind kind : {AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross})
        if (attentionKindName(kind) == name)
            return kind;
    return fields.wrong(key, "\"encoder\", \"decoder\" or \"cross\"");
}

Result<HeadAddress> readHead(const FieldReader& fields) {
    HEADLIGHT_ASSIGN(const AttentionKind kind, readKind(fields, "attention"));
    HEADLIGHT_ASSIGN(const std::size_t layer, fields.size("layer", kMaxLayers));
    HEADLIGHT_ASSIGN(const std::size_t head, fields.size("head", kMostHeads));
    return HeadAddress{kind, LayerIndex(layer), HeadIndex(head)};
}

Result<ModelReference> readModel(const FieldReader& fields) {
    ModelReference model;
    HEADLIGHT_ASSIGN(model.name, fields.text("name"));
    if (model.name.empty())
        return fields.wrong("name", "a model's name or folder", "an empty text");
    HEADLIGHT_ASSIGN(model.label, fields.textOr("label", model.name));
    HEADLIGHT_ASSIGN(model.folder, fields.textOr("folder", {}));
    HEADLIGHT_ASSIGN(model.hash, fields.textOr("hash", {}));
    if (model.hash.find_first_not_of("0123456789abcdef") != std::string::npos)
        return fields.wrong("hash", "a SHA-256 in lower-case hex");
    HEADLIGHT_ASSIGN(model.family, fields.textOr("family", {}));
    HEADLIGHT_ASSIGN(model.kind, fields.textOr("kind", {}));
    HEADLIGHT_ASSIGN(model.n_encoder_layers, fields.sizeOr("encoder_layers", 0, kMaxLayers));
    HEADLIGHT_ASSIGN(model.n_decoder_layers, fields.sizeOr("decoder_layers", 0, kMaxLayers));
    HEADLIGHT_ASSIGN(model.n_heads, fields.sizeOr("heads", 0, kMostHeads));
    HEADLIGHT_ASSIGN(model.n_parameters, fields.sizeOr("parameters", 0, kLargestCount));
    return model;
}

Result<Texts> readTexts(const FieldReader& fields) {
    Texts texts;
    HEADLIGHT_ASSIGN(texts.text, fields.text("text"));
    HEADLIGHT_ASSIGN(texts.is_example, fields.booleanOr("example", false));
    HEADLIGHT_ASSIGN(texts.text_pair, fields.textOr("second", {}));
    if (fields.find("own_target")) {
        HEADLIGHT_ASSIGN(texts.own_target, fields.text("own_target"));
    }
    HEADLIGHT_ASSIGN(texts.kept_target, fields.tokenIds("kept_target", kMostTokens));
    HEADLIGHT_ASSIGN(texts.keeps_all, fields.booleanOr("keeps_all", false));
    HEADLIGHT_ASSIGN(texts.continuation, fields.tokenIds("continuation", kMostTokens));
    HEADLIGHT_ASSIGN(const auto chosen, fields.tokenIds("chosen_words", kMostTokens)); // indices are as small and positive
    texts.chosen_words.assign(chosen.begin(), chosen.end());
    return texts;
}

Result<std::optional<std::size_t>> readToken(const FieldReader& fields, std::string_view key) {
    if (!fields.find(key))
        return std::optional<std::size_t>();
    HEADLIGHT_ASSIGN(const std::size_t token, fields.size(key, kMostTokens));
    return std::optional(token);
}

Result<SelectedHeads> readSelection(const FieldReader& fields) {
    SelectedHeads selection;
    HEADLIGHT_ASSIGN(const auto head, fields.object("head"));
    if (!head)
        return fields.wrong("head", "an object");
    HEADLIGHT_ASSIGN(selection.head, readHead(*head));
    HEADLIGHT_ASSIGN(const auto companions, fields.objects("companions", kMostHeads));
    for (const FieldReader& companion : companions) {
        HEADLIGHT_ASSIGN(const HeadAddress address, readHead(companion));
        selection.companions.push_back(address);
    }
    HEADLIGHT_ASSIGN(selection.query, readToken(fields, "query"));
    HEADLIGHT_ASSIGN(selection.key, readToken(fields, "key"));
    return selection;
}

Result<std::map<std::string, Json>> readParts(const FieldReader& fields) {
    std::map<std::string, Json> parts;
    if (fields.json().size() > kMostParts)
        return fields.wrong("", "at most " + std::to_string(kMostParts) + " parts", std::to_string(fields.json().size()));
    for (const auto& [name, settings] : fields.json().items()) {
        if (!settings.is_object())
            return fields.wrong(name, "an object");
        parts.emplace(name, settings);
    }
    return parts;
}

Result<KeptTokens> readTokens(const FieldReader& run, std::string_view key) {
    KeptTokens tokens;
    HEADLIGHT_ASSIGN(const auto fields, run.object(key));
    if (!fields)
        return tokens;
    HEADLIGHT_ASSIGN(tokens.name, fields->textOr("name", {}));
    HEADLIGHT_ASSIGN(tokens.words, fields->texts("words", kMostTokens));
    tokens.special.assign(tokens.words.size(), false);
    HEADLIGHT_ASSIGN(const auto special, fields->tokenIds("special", kMostTokens));
    for (const std::int32_t index : special) {
        if (static_cast<std::size_t>(index) >= tokens.words.size())
            return fields->wrong("special", "indices below " + std::to_string(tokens.words.size()), std::to_string(index));
        tokens.special[static_cast<std::size_t>(index)] = true;
    }
    return tokens;
}

Result<KeptRow> readRow(const FieldReader& fields) {
    KeptRow row;
    HEADLIGHT_ASSIGN(row.row, fields.size("row", kMostTokens));
    HEADLIGHT_ASSIGN(const auto entries, fields.objects("top", kMostPredictions));
    for (const FieldReader& entry : entries) {
        KeptPrediction prediction;
        HEADLIGHT_ASSIGN(prediction.word, entry.text("word"));
        HEADLIGHT_ASSIGN(prediction.probability, entry.number("probability", 0.0, 1.0));
        HEADLIGHT_ASSIGN(prediction.written, entry.booleanOr("written", false));
        if (entry.find("value")) {
            HEADLIGHT_ASSIGN(prediction.value, entry.number("value", -kLargestValue, kLargestValue));
        }
        row.top.push_back(std::move(prediction));
    }
    return row;
}

Result<std::vector<std::uint16_t>> readWeights(const FieldReader& fields, std::size_t n_cells) {
    HEADLIGHT_ASSIGN(const std::string type, fields.text("type"));
    if (type != "F16")
        return fields.wrong("type", "\"F16\"");
    HEADLIGHT_ASSIGN(const std::string encoded, fields.text("weights"));
    const auto bytes = fromBase64(encoded);
    if (!bytes)
        return fields.wrong("weights", "base64", "something else");
    if (bytes->size() != n_cells * 2)
        return fields.wrong("weights", std::to_string(n_cells * 2) + " bytes, two a weight", std::to_string(bytes->size()) + " bytes");
    std::vector<std::uint16_t> weights(n_cells);
    for (std::size_t i = 0; i < n_cells; ++i) {
        weights[i] = static_cast<std::uint16_t>((*bytes)[2 * i] | (*bytes)[2 * i + 1] << 8);
        const float weight = f16ToF32(weights[i]);
        if (weights[i] != KeptHead::kMasked && !(weight >= 0.0f && weight <= 1.0f)) // NaN is neither
            return fields.wrong("weights", "weights from 0 to 1, or -1 where masked", "weight " + std::to_string(i) + " is " + std::to_string(weight));
    }
    return weights;
}

Result<KeptHead> readKeptHead(const FieldReader& fields, const KeptRun& run) {
    KeptHead kept;
    HEADLIGHT_ASSIGN(kept.head, readHead(fields));
    HEADLIGHT_CHECK(fields.size("head", KeptHead::kMostHeads));
    HEADLIGHT_ASSIGN(kept.n_queries, fields.size("queries", KeptHead::kMostTokens));
    HEADLIGHT_ASSIGN(kept.n_keys, fields.size("keys", KeptHead::kMostTokens));
    const std::array sides{std::tuple("queries", kept.n_queries, run.queries(kept.head.kind).words.size()),
                           std::tuple("keys", kept.n_keys, run.keys(kept.head.kind).words.size())};
    for (const auto& [key, count, n_words] : sides)
        if (count != n_words || count == 0)
            return fields.wrong(key, "one a word: " + std::to_string(n_words));
    HEADLIGHT_ASSIGN(kept.weights, readWeights(fields, kept.n_queries * kept.n_keys));
    return kept;
}

Result<KeptRun> readRun(const FieldReader& fields) {
    KeptRun run;
    HEADLIGHT_ASSIGN(run.text, fields.text("text"));
    HEADLIGHT_ASSIGN(run.text_pair, fields.textOr("second", {}));
    HEADLIGHT_ASSIGN(run.target_text, fields.textOr("target_text", {}));
    HEADLIGHT_ASSIGN(run.source, readTokens(fields, "source"));
    HEADLIGHT_ASSIGN(run.target, readTokens(fields, "target"));
    HEADLIGHT_ASSIGN(run.written, fields.texts("written", kMostTokens));
    HEADLIGHT_ASSIGN(const auto rows, fields.objects("predictions", kMostRows));
    for (const FieldReader& fields_of_row : rows) {
        HEADLIGHT_ASSIGN(KeptRow row, readRow(fields_of_row));
        run.predictions.push_back(std::move(row));
    }
    HEADLIGHT_ASSIGN(const auto head, fields.object("head"));
    if (head) {
        HEADLIGHT_ASSIGN(run.head, readKeptHead(*head, run));
    }
    return run;
}

/// Whether it is a session at all, and of a version this program knows.
Result<void> checkFormat(const FieldReader& fields, const std::string& file) {
    const Json* const format = fields.find("format");
    if (!format || !format->is_string() || format->get_ref<const std::string&>() != "headlight-session")
        return makeError(ErrorKind::Format, "not a Headlight session")
            .inFile(file)
            .atItem("format")
            .butFound("\"headlight-session\"", format ? describeJson(*format) : "nothing")
            .because("It is JSON, but of another kind")
            .nextStep("Open a file that Headlight saved, its name ends in .headlight");
    const Json* const version = fields.find("version");
    if (!version || !version->is_number_unsigned() || *version == 0)
        return fields.wrong("version", "a whole number from 1");
    if (version->get<std::uint64_t>() > kVersion)
        return makeError(ErrorKind::Unsupported, "session was made by a newer Headlight")
            .inFile(file)
            .atItem("version")
            .butFound("at most " + std::to_string(kVersion), version->dump())
            .because("Newer versions keep things in it that this one cannot show")
            .nextStep("Open it with the newer Headlight");
    return {};
}

} // namespace

std::size_t approximateBytes(const WorkbenchState& state) {
    std::size_t bytes = sizeof(WorkbenchState) + state.texts.text.size() + state.texts.text_pair.size() +
                        (state.texts.kept_target.size() + state.texts.continuation.size()) * sizeof(std::int32_t) +
                        state.selection.companions.size() * sizeof(HeadAddress) + 200 * state.parts.size();
    if (state.texts.own_target)
        bytes += state.texts.own_target->size();
    for (const auto& [name, settings] : state.parts)
        bytes += 100 * settings.size();
    return bytes;
}

Result<Session> readSession(std::string_view text, const std::string& file) {
    HEADLIGHT_ASSIGN(const Json json, parseJson(text, file, kLimits));
    HEADLIGHT_ASSIGN(const FieldReader fields, FieldReader::open(json, file, {}));
    HEADLIGHT_CHECK(checkFormat(fields, file));
    Session session;
    HEADLIGHT_ASSIGN(session.file, fields.textOr("file", {}));
    HEADLIGHT_ASSIGN(const auto model, fields.object("model"));
    if (model) {
        HEADLIGHT_ASSIGN(session.state.model, readModel(*model));
    }
    HEADLIGHT_ASSIGN(const auto texts, fields.object("texts"));
    if (!texts)
        return fields.wrong("texts", "an object");
    HEADLIGHT_ASSIGN(session.state.texts, readTexts(*texts));
    HEADLIGHT_ASSIGN(const auto selection, fields.object("selection"));
    if (selection) {
        HEADLIGHT_ASSIGN(session.state.selection, readSelection(*selection));
    }
    HEADLIGHT_ASSIGN(const auto parts, fields.object("parts"));
    if (parts) {
        HEADLIGHT_ASSIGN(session.state.parts, readParts(*parts));
    }
    HEADLIGHT_ASSIGN(const auto run, fields.object("run"));
    if (run) {
        HEADLIGHT_ASSIGN(session.run, readRun(*run));
    }
    return session;
}

Result<Session> loadSession(const std::filesystem::path& path) {
    HEADLIGHT_ASSIGN(const std::string text, readTextFile(path, kMostFileBytes));
    return readSession(text, path.string());
}

} // namespace headlight::session
