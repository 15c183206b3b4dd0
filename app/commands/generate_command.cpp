#include "app/commands/generate_command.h"

#include "app/commands/line_answers.h"
#include "app/describe.h"
#include "app/forward.h"
#include "core/generate/generate.h"

namespace headlight {

namespace {

GenerateOptions generateOptions(const Options& options) {
    const GenerateArguments& given = options.generate;
    GenerateOptions made;
    made.max_new_tokens = given.max_new_tokens;
    made.n_beams = given.n_beams;
    made.n_candidates = options.n_top;
    made.sample = given.asksForSampling();
    const bool greedy = given.temperature && *given.temperature == 0.0;
    if (made.sample || greedy)
        made.n_beams = given.n_beams.value_or(1); // the checkpoint's own beam search is not what was asked for
    if (made.sample) {
        made.temperature = static_cast<float>(given.temperature.value_or(1.0));
        made.top_k = given.top_k.value_or(0);
        made.top_p = static_cast<float>(given.top_p.value_or(1.0));
        made.seed = given.seed.value_or(0);
    }
    return made;
}

void addGeneration(Json& json, const Model& model, const Generation& generation) {
    const TokenSequence tokens = model.describe(generation.new_ids);
    json["text"] = generation.text;
    json["ids"] = tokens.ids;
    json["tokens"] = tokens.tokens;
    json["display"] = tokens.display;
    json["score"] = static_cast<float>(generation.score);
    json["reached_end"] = generation.reached_end;
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
                         {"candidates", candidatesJson(model, step.candidates)}});
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

Result<std::string> answerLine(const Model& model, const std::string& line, CommandContext& context,
                               const GenerateOptions& generate_options) {
    const bool json = context.options.json;
    Json object = Json::object();
    if (line.empty()) {
        addGeneration(object, model, Generation{});
        return json ? jsonLine(object) : std::string();
    }
    HEADLIGHT_ASSIGN(const ModelInput prompt, model.prepare({line, std::nullopt, std::nullopt}));
    HEADLIGHT_ASSIGN(const Generation generation, generate(model, prompt, generate_options, context.control));
    if (!json)
        return printable(generation.text);
    addGeneration(object, model, generation);
    return jsonLine(object);
}

} // namespace

CommandResult runGenerateCommand(CommandContext& context) {
    const Options& options = context.options;
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Model> model, openModel(options.model, context.control));
    const GenerateOptions generate_options = generateOptions(options);
    if (options.lines)
        return answerLines(context, [&](const std::string& line) { return answerLine(*model, line, context, generate_options); });
    HEADLIGHT_ASSIGN(const ModelInput prompt, prepareInput(*model, options.text, context.input));
    HEADLIGHT_ASSIGN(const Generation generation, generate(*model, prompt, generate_options, context.control));
    if (!options.json) {
        context.output.line(plainText(*model, generation));
        return kExitOk;
    }
    const bool has_source = model->spec().hasEncoder();
    const TokenSequence& read = has_source ? prompt.source : prompt.target;
    Json json = Json::object();
    json["model"] = model->name();
    json["precision"] = precisionName(model->backend().precision());
    json["prompt"] = {{"text", read.text}};
    addTokens(json["prompt"], read);
    addGeneration(json, *model, generation);
    json["steps"] = stepsJson(*model, generation);
    context.output.line(jsonLine(json));
    return kExitOk;
}

} // namespace headlight
