#include "app/commands/run_report.h"

#include "app/describe.h"

namespace headlight {

namespace {

std::string headName(HeadKind head) {
    switch (head) {
    case HeadKind::LanguageModel: return "language_model";
    case HeadKind::MaskedLanguageModel: return "masked_language_model";
    case HeadKind::SequenceClassification: return "sequence_classification";
    case HeadKind::TokenClassification: return "token_classification";
    case HeadKind::None: break;
    }
    return "none";
}

Json classesJson(const ModelSpec& spec, const PositionPrediction& prediction) {
    Json classes = Json::array();
    for (std::size_t i = 0; i < prediction.candidates.size(); ++i) {
        const Candidate& candidate = prediction.candidates[i];
        Json entry = {{"rank", i + 1}, {"class", candidate.id}, {"name", className(spec, candidate.id)}, {"logit", candidate.logit}};
        if (spec.output.class_probability != ClassProbability::None)
            entry["probability"] = candidate.probability;
        classes.push_back(std::move(entry));
    }
    return classes;
}

Json hiddenJson(const HiddenSummary& hidden) {
    return {{"shape", {hidden.n_tokens, hidden.d_model}},
            {"mean", static_cast<float>(hidden.mean)},
            {"standard_deviation", static_cast<float>(hidden.standard_deviation)},
            {"norms", hidden.norms}};
}

} // namespace

std::string runReportJson(const Model& model, const Forward& forward, const RunReport& report) {
    const ModelSpec& spec = model.spec();
    const ModelInput& input = forward.run.input;
    const TokenSequence& read = spec.hasEncoder() ? input.source : input.target;
    Json json = Json::object();
    json["model"] = model.name();
    json["family"] = spec.family;
    json["architecture"] = spec.architecture;
    json["head"] = headName(spec.head);
    const ComputeBackend& backend = forward.run.trace->backend(); // the CPU where the model's GPU has failed
    json["backend"] = std::string(backend.name());
    json["precision"] = precisionText(backend.precision());
    json["text"] = read.text;
    if (!read.text_pair.empty())
        json["text_pair"] = read.text_pair;
    addTokens(json, read);
    if (spec.kind == ModelKind::EncoderDecoder) {
        Json target = {{"source", targetSourceName(forward.target_source)}, {"text", input.target.text}};
        addTokens(target, input.target);
        json["target"] = std::move(target);
    }
    if (!forward.changes.empty())
        json["changes"] = changesJson(forward.changes);
    if (report.hidden)
        json["hidden"] = hiddenJson(*report.hidden);
    if (spec.head == HeadKind::SequenceClassification && !report.predictions.empty())
        json["classes"] = classesJson(spec, report.predictions.front());
    Json predictions = Json::array();
    const TokenSequence& tokens = outputTokens(model, forward);
    for (const PositionPrediction& prediction : report.predictions) {
        if (spec.head == HeadKind::SequenceClassification)
            continue;
        Json entry = {{"position", prediction.position}, {"token", tokens.tokens[prediction.position]}};
        if (spec.head == HeadKind::TokenClassification)
            entry["classes"] = classesJson(spec, prediction);
        else
            entry["candidates"] = candidatesJson(model, prediction.candidates);
        predictions.push_back(std::move(entry));
    }
    json["predictions"] = std::move(predictions);
    return jsonLine(json);
}

} // namespace headlight
