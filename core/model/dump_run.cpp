#include "core/model/dump_run.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace headlight {

namespace {

using Json = nlohmann::json;

/// Text from outside may hold anything; what is not UTF-8 becomes U+FFFD instead of an exception.
std::string jsonText(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

void describeSequence(const std::string& prefix, const TokenSequence& sequence, std::map<std::string, std::string>& metadata) {
    metadata[prefix + "text"] = jsonText(sequence.text);
    if (!sequence.text_pair.empty())
        metadata[prefix + "text_pair"] = jsonText(sequence.text_pair);
    metadata[prefix + "tokens"] = jsonText(sequence.tokens);
    metadata[prefix + "ids"] = jsonText(sequence.ids);
}

bool asksForLogits(const DumpOptions& options) {
    return std::find(options.parts.begin(), options.parts.end(), DumpPart::Logits) != options.parts.end();
}

} // namespace

Result<void> dumpRun(const std::filesystem::path& path, const Model& model, const RunResult& run, const DumpOptions& options,
                     const RunControl& control) {
    const ModelSpec& spec = model.spec();
    std::map<std::string, std::string> metadata = {{"model", model.name()}, {"model_hash", model.identityHash()}};
    describeSequence("", spec.hasEncoder() ? run.input.source : run.input.target, metadata);
    if (spec.kind == ModelKind::EncoderDecoder)
        describeSequence("target_", run.input.target, metadata);
    std::optional<Tensor> logits;
    if (asksForLogits(options) || (options.parts.empty() && spec.head != HeadKind::None)) {
        HEADLIGHT_ASSIGN(logits, model.logits(*run.trace, {0, run.trace->stack(spec.outputStack()).nTokens()}));
        if (spec.head == HeadKind::SequenceClassification)
            logits = Tensor::fromVector({spec.n_classes}, logits->span()); // one text, no row to count
    }
    return dumpTensors(path, *run.trace, logits ? &*logits : nullptr, metadata, options, control);
}

} // namespace headlight
