#include "app/commands/generate_command.h"

#include "app/commands/line_answers.h"
#include "app/describe.h"
#include "app/forward.h"
#include "core/analysis/interventions/change_text.h"
#include "core/analysis/interventions/changed_run.h"
#include "core/generate/generate.h"
#include "core/model/fallback.h"

namespace headlight {

namespace {

std::optional<float> asFloat(const std::optional<double>& value) {
    return value ? std::optional(static_cast<float>(*value)) : std::nullopt;
}

GenerateOptions generateOptions(const Options& options) {
    const GenerateArguments& given = options.generate;
    GenerateOptions made;
    made.max_new_tokens = given.max_new_tokens;
    made.n_beams = given.n_beams;
    made.n_candidates = options.n_top;
    made.target_language = options.text.target_language;
    made.sample = given.asksForSampling();
    const bool greedy = given.temperature && *given.temperature == 0.0;
    if (made.sample || greedy)
        made.n_beams = given.n_beams.value_or(1); // the checkpoint's own beam search is not what was asked for
    made.repetition_penalty = asFloat(given.repetition_penalty);
    if (made.sample) {
        made.temperature = asFloat(given.temperature);
        made.top_k = given.top_k;
        made.top_p = asFloat(given.top_p);
        made.min_p = asFloat(given.min_p);
        made.seed = given.seed.value_or(0);
    }
    return made;
}

/// What was done, options and the checkpoint's settings made one.
Json decodingJson(const DecodingChoice& decoding) {
    using Strategy = DecodingChoice::Strategy;
    Json json = Json::object();
    json["strategy"] = decoding.strategy == Strategy::Sample ? "sample" : decoding.strategy == Strategy::Beam ? "beam" : "greedy";
    json["beams"] = decoding.n_beams;
    json["repetition_penalty"] = decoding.repetition_penalty;
    if (decoding.strategy != Strategy::Sample)
        return json;
    json["temperature"] = decoding.temperature;
    json["top_k"] = decoding.top_k;
    json["top_p"] = decoding.top_p;
    json["min_p"] = decoding.min_p;
    json["seed"] = decoding.seed;
    return json;
}

void addWritten(Json& json, const Model& model, const Generation& generation) {
    const TokenSequence tokens = model.describe(generation.new_ids);
    json["text"] = generation.text;
    json["ids"] = tokens.ids;
    json["tokens"] = tokens.tokens;
    json["display"] = tokens.display;
    json["reached_end"] = generation.reached_end;
}

void addGeneration(Json& json, const Model& model, const Generation& generation) {
    addWritten(json, model, generation);
    json["score"] = static_cast<float>(generation.score);
}

Json stepsJson(const Model& model, const Generation& generation) {
    const TokenSequence tokens = model.describe(generation.new_ids);
    Json steps = Json::array();
    for (std::size_t i = 0; i < generation.steps.size(); ++i) {
        const GenerationStep& step = generation.steps[i];
        steps.push_back({{"step", i},
                         {"id", step.chosen},
                         {"token", tokens.tokens[i]},
                         {"display", tokens.display[i]},
                         {"probability", step.probability},
                         {"candidates", candidatesJson(model, step.candidates)},
                         {"choice_probability", step.choice_probability},
                         {"choices", candidatesJson(model, step.choices)}});
    }
    return steps;
}

/// The new text; a checkpoint without a tokenizer has only ids to show: 35,71,2.
std::string plainText(const Model& model, const Generation& generation) {
    if (model.tokenizer())
        return generation.text;
    std::string ids;
    for (const TokenId id : generation.new_ids)
        ids += (ids.empty() ? "" : ",") + std::to_string(id);
    return ids;
}

/// The text written with changes inside the model: a generation that has no steps and no score.
Result<Generation> generateChanged(const Model& model, const ModelInput& prompt, const GenerateOptions& options,
                                   CommandContext& context) {
    Generation generation;
    std::string notice;
    const auto written = withFallback(model, context.control, notice, [&](const Model& usable) {
        return continueChanged(usable, prompt, context.options.changes, options, context.control);
    });
    context.warn(notice);
    if (!written.ok()) {
        for (const Change& change : context.options.changes)
            if (written.error().item == changeText(change))
                return ofChangeOption(written.error(), changeText(change));
        return written.error();
    }
    generation.new_ids = written->ids;
    generation.text = written->text;
    generation.reached_end = written->reached_end;
    return generation;
}

Result<std::string> answerLine(const Model& model, const std::string& line, CommandContext& context,
                               const GenerateOptions& generate_options) {
    const bool json = context.options.json;
    Json object = Json::object();
    if (line.empty()) {
        addGeneration(object, model, Generation{});
        return json ? jsonLine(object) : std::string();
    }
    HEADLIGHT_ASSIGN(const ModelInput prompt, model.prepare({.text = line,
                                                               .text_pair = {},
                                                               .target = {},
                                                               .source_language = context.options.text.source_language,
                                                               .target_language = context.options.text.target_language}));
    const bool changed = !context.options.changes.empty();
    HEADLIGHT_ASSIGN(const Generation generation, changed ? generateChanged(model, prompt, generate_options, context)
                                                          : generate(model, prompt, generate_options, context.control));
    context.warn(generation.run.notice);
    if (!json)
        return printable(generation.text);
    if (changed) {
        addWritten(object, model, generation);
        return jsonLine(object);
    }
    addGeneration(object, model, generation);
    return jsonLine(object);
}

Json promptJson(const Model& model, const ModelInput& prompt) {
    const TokenSequence& read = model.spec().hasEncoder() ? prompt.source : prompt.target;
    Json json = {{"text", read.text}};
    addTokens(json, read);
    return json;
}

CommandResult answerChanged(const Model& model, const ModelInput& prompt, const GenerateOptions& options, CommandContext& context) {
    HEADLIGHT_ASSIGN(const Generation generation, generateChanged(model, prompt, options, context));
    if (!context.options.json) {
        context.output.line(plainText(model, generation));
        return kExitOk;
    }
    Json json = Json::object();
    json["model"] = model.name();
    json["changes"] = changesJson(context.options.changes);
    json["prompt"] = promptJson(model, prompt);
    addWritten(json, model, generation);
    context.output.line(jsonLine(json));
    return kExitOk;
}

} // namespace

CommandResult runGenerateCommand(CommandContext& context) {
    const Options& options = context.options;
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Model> model, openModel(options.model, context.control));
    const GenerateOptions generate_options = generateOptions(options);
    if (options.lines)
        return answerLines(context, [&](const std::string& line) { return answerLine(*model, line, context, generate_options); });
    HEADLIGHT_ASSIGN(const ModelInput prompt, prepareInput(*model, options.text, context.input));
    if (!options.changes.empty())
        return answerChanged(*model, prompt, generate_options, context);
    HEADLIGHT_ASSIGN(const Generation generation, generate(*model, prompt, generate_options, context.control));
    context.warn(generation.run.notice);
    if (!options.json) {
        context.output.line(plainText(*model, generation));
        return kExitOk;
    }
    Json json = Json::object();
    json["model"] = model->name();
    json["backend"] = std::string(generation.run.trace->backend().name());
    json["precision"] = precisionText(generation.run.trace->backend().precision());
    json["prompt"] = promptJson(*model, prompt);
    addGeneration(json, *model, generation);
    json["decoding"] = decodingJson(generation.decoding);
    json["steps"] = stepsJson(*model, generation);
    context.output.line(jsonLine(json));
    return kExitOk;
}

} // namespace headlight
