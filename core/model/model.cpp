#include "core/model/model.h"

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/config_reader.h"
#include "core/checkpoint/quantization.h"
#include "core/model/families/common.h"
#include "core/model/families/registry.h"
#include "core/model/fallback.h"
#include "core/model/load_weights.h"
#include "core/model/model_state.h"

#include <future>
#include <system_error>

namespace headlight {

namespace {

namespace fs = std::filesystem;

/// "openai-community/gpt2" for .../models--openai-community--gpt2/snapshots/<commit>, else the folder's own name.
std::string displayName(const fs::path& folder) {
    constexpr std::string_view kCachePrefix = "models--";
    std::error_code ignored;
    fs::path path = fs::absolute(folder, ignored).lexically_normal();
    if (!path.has_filename())
        path = path.parent_path(); // "models/en-fr/" ends with an empty name
    const std::string repository = path.parent_path().parent_path().filename().string();
    if (path.parent_path().filename() != "snapshots" || !repository.starts_with(kCachePrefix))
        return path.filename().string();
    std::string id = repository.substr(kCachePrefix.size());
    if (const std::size_t separator = id.find("--"); separator != std::string::npos)
        id.replace(separator, 2, "/");
    return id;
}

/// config.json and generation_config.json as a spec, with the family that understands the weights' names.
struct ReadConfig {
    ModelSpec spec;
    const Family* family = nullptr;
};

Result<ReadConfig> readConfig(const fs::path& folder) {
    HEADLIGHT_ASSIGN(const ConfigReader file, ConfigReader::fromFile(folder / "config.json"));
    HEADLIGHT_CHECK(refuseQuantized(file));
    HEADLIGHT_ASSIGN(const FamilyChoice choice, chooseFamily(file));
    HEADLIGHT_ASSIGN(const ConfigReader config, withDefaults(file, *choice.family));
    ReadConfig read;
    read.family = choice.family;
    HEADLIGHT_ASSIGN(read.spec, choice.family->readSpec(config, choice.architecture));
    HEADLIGHT_ASSIGN(read.spec.output.class_probability, readClassProbability(config, read.spec));
    if (read.spec.hasDecoder()) {
        std::error_code ignored;
        std::optional<ConfigReader> generation;
        if (fs::exists(folder / "generation_config.json", ignored)) {
            HEADLIGHT_ASSIGN(generation, ConfigReader::fromFile(folder / "generation_config.json"));
        }
        HEADLIGHT_ASSIGN(read.spec.generation,
                         readGeneration(config, generation ? &*generation : nullptr, read.spec.vocabulary_size));
    }
    if (!read.spec.generation.decoder_start_token)
        read.spec.generation.decoder_start_token = read.spec.generation.bos_token; // as Hugging Face's generate does
    if (read.spec.kind == ModelKind::EncoderDecoder && !read.spec.generation.decoder_start_token)
        return config.reject("decoder_start_token_id", "config.json does not say with which token the decoder starts",
                             "a token id", "nothing");
    return read;
}

std::vector<std::string> collectWarnings(const Checkpoint& checkpoint, const ModelSpec& spec, const Tokenizer* tokenizer) {
    std::vector<std::string> warnings = checkpoint.warnings();
    warnings.insert(warnings.end(), spec.warnings.begin(), spec.warnings.end());
    if (tokenizer != nullptr && tokenizer->vocabularySize() > spec.vocabulary_size)
        warnings.push_back("The tokenizer knows " + std::to_string(tokenizer->vocabularySize()) + " tokens, the model only " +
                           std::to_string(spec.vocabulary_size) + "; texts that need the others cannot be run");
    return warnings;
}

/// Sentence encoders often name the class they were pre-trained as, but are saved without its head: what the checkpoint
/// lacks altogether is left out, with a warning. A head in parts stays asked for, and its missing tensors are an Error.
void leaveOutMissingHead(ModelSpec& spec, ModelSlots& slots, const TensorNames& names) {
    if (spec.kind != ModelKind::EncoderOnly || spec.head == HeadKind::None)
        return;
    ModelSlots head;
    head.head = slots.head;
    bool asked = false;
    bool found = false;
    forEachTensor(head, [&](const TensorSlot& slot) {
        const bool own = !slots.ignorable(slot.name) && slot.name != slots.encoder->token_embedding.name;
        asked = asked || own;
        found = found || (own && names.contains(slot.name));
    });
    if (!asked || found)
        return;
    spec.warnings.push_back("The weights hold nothing of the head that " + spec.architecture +
                            " has; the model runs without it, and there are no predictions");
    spec.head = HeadKind::None;
    spec.tied_head = false;
    spec.class_names.clear();
    spec.n_classes = 0;
    slots.head = {};
}

} // namespace

Model::Model() : state_(std::make_unique<State>()) {}
Model::~Model() = default;

Result<std::shared_ptr<const Model>> Model::load(const fs::path& folder, BackendPtr backend, const RunControl& control) {
    const BackendPtr other = backend->fallback();
    auto model = guardMemory([&] { return loadOn(folder, backend, control); });
    if (model.ok() || !mayFallBack(*backend, model.error()))
        return model;
    auto on_other = guardMemory([&] { return loadOn(folder, other, control); });
    if (!on_other.ok())
        return on_other;
    on_other.value()->state_->warnings.push_back("The CPU computes, because the GPU cannot take this model: " + model.error().summary);
    return on_other;
}

Result<std::shared_ptr<const Model>> Model::loadOn(const fs::path& folder, BackendPtr backend, const RunControl& control) {
    HEADLIGHT_ASSIGN(ReadConfig config, readConfig(folder));
    HEADLIGHT_ASSIGN(const std::shared_ptr<const Checkpoint> checkpoint, Checkpoint::open(folder));
    const TensorNames names(checkpoint->names());
    ModelSlots slots = config.family->findSlots(config.spec, names);
    leaveOutMissingHead(config.spec, slots, names);
    HEADLIGHT_CHECK(checkTensors(slots, *checkpoint));
    // The tokenizer's files are read beside the weights; a model without them still runs on ids.
    auto tokenizer = std::async(std::launch::async, [folder] { return Tokenizer::fromFolder(folder); });
    HEADLIGHT_ASSIGN(ModelWeights weights, loadWeights(config.spec, slots, *checkpoint, *backend, control));

    std::shared_ptr<Model> model(new Model());
    State& state = *model->state_;
    state.spec = std::move(config.spec);
    state.weights = std::move(weights);
    state.slots = std::move(slots);
    state.backend = std::move(backend);
    state.name = displayName(folder);
    state.folder = folder;
    HEADLIGHT_ASSIGN(state.identity_hash, checkpoint->identityHash());
    auto tokenizer_result = tokenizer.get();
    if (tokenizer_result)
        state.tokenizer = std::move(tokenizer_result).value();
    else
        state.tokenizer_problem = tokenizer_result.error().message();
    state.warnings = collectWarnings(*checkpoint, state.spec, state.tokenizer.get());
    control.report(1.0, "loaded");
    return std::shared_ptr<const Model>(std::move(model));
}

const ModelSpec& Model::spec() const { return state_->spec; }
const std::string& Model::name() const { return state_->name; }
const fs::path& Model::folder() const { return state_->folder; }
const std::string& Model::identityHash() const { return state_->identity_hash; }
std::size_t Model::parameterCount() const { return state_->weights.parameter_count; }
const std::vector<ParameterTensor>& Model::parameters() const { return state_->weights.parameters; }
const std::vector<std::string>& Model::warnings() const { return state_->warnings; }
const ComputeBackend& Model::backend() const { return *state_->backend; }
BackendPtr Model::sharedBackend() const { return state_->backend; }
std::shared_ptr<const Tokenizer> Model::tokenizer() const { return state_->tokenizer; }
const std::string& Model::tokenizerProblem() const { return state_->tokenizer_problem; }
const ModelWeights& Model::weights() const { return state_->weights; }
const std::shared_ptr<const void>& Model::origin() const { return state_->origin; }
const ModelSlots& Model::tensorSlots() const { return state_->slots; }

} // namespace headlight
