#include "ui/session/session_format.h"

#include "core/base/atomic_file.h"
#include "core/trace/trace.h"
#include "ui/session/base64.h"

namespace headlight::session {

namespace {

using OrderedJson = nlohmann::ordered_json; // "format" and "version" come first, for people and for `file`

OrderedJson headJson(const HeadAddress& head) {
    return {{"attention", attentionKindName(head.kind)}, {"layer", head.layer.value}, {"head", head.head.value}};
}

template <class T>
OrderedJson orNull(const std::optional<T>& value) {
    return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

OrderedJson modelJson(const ModelReference& model) {
    return {{"name", model.name},
            {"label", model.label},
            {"folder", model.folder},
            {"hash", model.hash},
            {"family", model.family},
            {"kind", model.kind},
            {"encoder_layers", model.n_encoder_layers},
            {"decoder_layers", model.n_decoder_layers},
            {"heads", model.n_heads},
            {"parameters", model.n_parameters}};
}

OrderedJson textsJson(const Texts& texts) {
    return {{"text", texts.text},
            {"example", texts.is_example},
            {"second", texts.text_pair},
            {"own_target", orNull(texts.own_target)},
            {"kept_target", texts.kept_target},
            {"keeps_all", texts.keeps_all},
            {"continuation", texts.continuation},
            {"chosen_words", texts.chosen_words}};
}

OrderedJson selectionJson(const SelectedHeads& selection) {
    OrderedJson companions = OrderedJson::array();
    for (const HeadAddress& head : selection.companions)
        companions.push_back(headJson(head));
    return {{"head", headJson(selection.head)},
            {"companions", std::move(companions)},
            {"query", orNull(selection.query)},
            {"key", orNull(selection.key)}};
}

OrderedJson tokensJson(const KeptTokens& tokens) {
    OrderedJson special = OrderedJson::array();
    for (std::size_t i = 0; i < tokens.special.size(); ++i)
        if (tokens.special[i])
            special.push_back(i);
    return {{"name", tokens.name}, {"words", tokens.words}, {"special", std::move(special)}};
}

OrderedJson rowJson(const KeptRow& row) {
    OrderedJson top = OrderedJson::array();
    for (const KeptPrediction& prediction : row.top) {
        OrderedJson entry{{"word", prediction.word}, {"probability", prediction.probability}, {"written", prediction.written}};
        if (prediction.value)
            entry["value"] = *prediction.value;
        top.push_back(std::move(entry));
    }
    return {{"row", row.row}, {"top", std::move(top)}};
}

OrderedJson keptHeadJson(const KeptHead& head) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(head.weights.size() * 2);
    for (const std::uint16_t bits : head.weights) { // little-endian
        bytes.push_back(static_cast<std::uint8_t>(bits & 0xff));
        bytes.push_back(static_cast<std::uint8_t>(bits >> 8));
    }
    OrderedJson json = headJson(head.head);
    json["queries"] = head.n_queries;
    json["keys"] = head.n_keys;
    json["type"] = "F16";
    json["weights"] = toBase64(bytes);
    return json;
}

OrderedJson runJson(const KeptRun& run) {
    OrderedJson json{{"text", run.text},
                     {"second", run.text_pair},
                     {"target_text", run.target_text},
                     {"source", tokensJson(run.source)},
                     {"target", tokensJson(run.target)},
                     {"written", run.written},
                     {"predictions", OrderedJson::array()}};
    for (const KeptRow& row : run.predictions)
        json["predictions"].push_back(rowJson(row));
    if (run.head)
        json["head"] = keptHeadJson(*run.head);
    return json;
}

} // namespace

std::string writeSession(const Session& session) {
    OrderedJson json{{"format", "headlight-session"}, {"version", 1}, {"written_by", "Headlight " HEADLIGHT_VERSION}};
    if (!session.file.empty())
        json["file"] = session.file;
    json["model"] = session.state.model ? modelJson(*session.state.model) : OrderedJson(nullptr);
    json["texts"] = textsJson(session.state.texts);
    json["selection"] = selectionJson(session.state.selection);
    json["parts"] = OrderedJson::object();
    for (const auto& [name, settings] : session.state.parts)
        json["parts"][name] = settings;
    json["run"] = session.run ? runJson(*session.run) : OrderedJson(nullptr);
    return json.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

Result<void> saveSession(const std::filesystem::path& path, const Session& session) {
    const std::string text = writeSession(session);
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    HEADLIGHT_CHECK(file.write(text));
    return file.commit();
}

} // namespace headlight::session
