#include "app/forward.h"

#include "app/output.h"
#include "core/analysis/interventions/change_text.h"
#include "core/checkpoint/model_folder.h"
#include "core/model/fallback.h"

#include <sstream>
#include <string>

namespace headlight {

namespace {

/// --type-ids of BERT-like models, checked against the segment table.
Result<void> setTypeIds(const Model& model, const TextArguments& arguments, ModelInput& input) {
    if (!arguments.type_ids)
        return {};
    const std::size_t n_types = model.spec().encoder ? model.spec().encoder->n_token_types : 0;
    for (std::size_t i = 0; i < arguments.type_ids->size(); ++i) {
        const auto type = static_cast<std::size_t>((*arguments.type_ids)[i]);
        if (type >= n_types || type > 255)
            return makeError(ErrorKind::Text, "--type-ids: " + model.name() + " has no segment " + std::to_string(type))
                .nextStep(n_types == 0 ? "This model has no segments: leave --type-ids out"
                                       : "Its segments are 0 to " + std::to_string(n_types - 1));
        input.source.type_ids[i] = static_cast<std::uint8_t>(type);
    }
    return {};
}

} // namespace

Result<std::shared_ptr<const Model>> openModel(const ModelArguments& arguments, const RunControl& control) {
    HEADLIGHT_ASSIGN(const ModelListing listing, findModel(arguments.name));
    HEADLIGHT_ASSIGN(const SelectedBackend selected, selectBackend(arguments.backend));
    std::istringstream notices(selected.notice);
    for (std::string notice; std::getline(notices, notice);)
        reportError("warning: " + notice);
    HEADLIGHT_ASSIGN(std::shared_ptr<const Model> model, Model::load(listing.folder, selected.backend, control));
    for (const std::string& warning : model->warnings())
        reportError("warning: " + warning);
    return model;
}

Result<std::string> givenText(const std::string& text, StandardInput& input) {
    if (text == "-")
        return input.all();
    return text;
}

Result<ModelInput> prepareInput(const Model& model, const TextArguments& arguments, StandardInput& input) {
    const bool has_target = arguments.target || arguments.target_ids;
    if (has_target && model.spec().kind != ModelKind::EncoderDecoder)
        return makeError(ErrorKind::Usage, std::string(arguments.target ? "--target" : "--target-ids") + " needs a model with an encoder and a decoder, " +
                                               model.name() + " (" + model.spec().family + ") has only one of them")
            .nextStep("Leave it out");
    if (arguments.ids) {
        HEADLIGHT_ASSIGN(ModelInput prepared, model.prepareIds(*arguments.ids, arguments.target_ids.value_or(std::vector<TokenId>{})));
        HEADLIGHT_CHECK(setTypeIds(model, arguments, prepared));
        return prepared;
    }
    TextInput text;
    HEADLIGHT_ASSIGN(text.text, givenText(*arguments.text, input));
    text.text_pair = arguments.text_pair;
    text.target = arguments.target;
    text.source_language = arguments.source_language;
    text.target_language = arguments.target_language;
    HEADLIGHT_ASSIGN(ModelInput prepared, model.prepare(text));
    if (arguments.target_ids) {
        HEADLIGHT_ASSIGN(ModelInput with_target, model.prepareIds(prepared.source.ids, *arguments.target_ids));
        prepared.target = std::move(with_target.target);
    }
    return prepared;
}

const char* targetSourceName(TargetSource source) {
    switch (source) {
    case TargetSource::Given: return "given";
    case TargetSource::Generated: return "generated";
    case TargetSource::None: break;
    }
    return "none";
}

Result<Forward> runForward(const Model& model, ModelInput input, const std::string& target_language, const RunControl& control) {
    const bool encoder_decoder = model.spec().kind == ModelKind::EncoderDecoder;
    if (encoder_decoder && input.target.size() == 0 && model.spec().head == HeadKind::LanguageModel) {
        GenerateOptions options;
        options.target_language = target_language;
        HEADLIGHT_ASSIGN(Generation generation, generate(model, input, options, control));
        if (generation.run.input.target.text.empty())
            generation.run.input.target.text = generation.text;
        return Forward{std::move(generation.run), TargetSource::Generated};
    }
    const bool given = encoder_decoder && input.target.size() > 0;
    HEADLIGHT_ASSIGN(RunResult run, model.run(std::move(input), control));
    return Forward{std::move(run), given ? TargetSource::Given : TargetSource::None};
}

Error ofChangeOption(Error error, const std::string& change) {
    error.summary = "--change '" + change + "': " + error.summary;
    error.item.clear();
    return error;
}

Result<void> checkChanges(const std::vector<Change>& changes, const Model& model, const ModelInput& input) {
    for (const Change& change : changes)
        if (const auto checked = checkChange(change, model, input); !checked.ok()) {
            return ofChangeOption(checked.error(), changeText(change));
        }
    return {};
}

Result<void> runAndUse(const Model& model, const ModelInput& input, CommandContext& context, const RunUse& use) {
    std::string notice;
    auto result = withFallback(model, context.control, notice, [&](const Model& usable) -> Result<void> {
        HEADLIGHT_ASSIGN(Forward forward, runForward(usable, input, context.options.text.target_language, context.control));
        if (const std::vector<Change>& changes = context.options.changes; !changes.empty()) {
            HEADLIGHT_CHECK(checkChanges(changes, usable, forward.run.input));
            HEADLIGHT_ASSIGN(forward.run, runChanged(usable, forward.run.input, changes, context.control));
            forward.changes = changes;
        }
        context.warn(forward.run.notice);
        return use(usable, forward);
    });
    context.warn(notice);
    return result;
}

} // namespace headlight
