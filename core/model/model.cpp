#include "core/model/model.h"

#include "core/model/dump_run.h"

namespace headlight {

struct ModelWeights {};
struct Model::State {
    ModelSpec spec;
    std::string name, hash, tokenizer_problem;
    std::filesystem::path folder;
    std::vector<std::string> warnings;
    BackendPtr backend;
    ModelWeights weights;
};

static Error unfinished() { return makeError(ErrorKind::Unsupported, "models cannot be loaded yet"); }

float StackSpec::attentionScale(std::size_t) const { return 1.0f; }
Model::Model() : state_(std::make_unique<State>()) {}
Model::~Model() = default;
Result<std::shared_ptr<const Model>> Model::load(const std::filesystem::path&, BackendPtr, const RunControl&) { return unfinished(); }
const ModelSpec& Model::spec() const { return state_->spec; }
const std::string& Model::name() const { return state_->name; }
const std::filesystem::path& Model::folder() const { return state_->folder; }
const std::string& Model::identityHash() const { return state_->hash; }
std::size_t Model::parameterCount() const { return 0; }
const std::vector<std::string>& Model::warnings() const { return state_->warnings; }
const ComputeBackend& Model::backend() const { return *state_->backend; }
std::shared_ptr<const Tokenizer> Model::tokenizer() const { return nullptr; }
const std::string& Model::tokenizerProblem() const { return state_->tokenizer_problem; }
Result<ModelInput> Model::prepare(const TextInput&) const { return unfinished(); }
Result<ModelInput> Model::prepareIds(std::vector<TokenId>, std::vector<TokenId>) const { return unfinished(); }
TokenSequence Model::describe(std::vector<TokenId>) const { return {}; }
Result<RunResult> Model::run(ModelInput, const RunControl&) const { return unfinished(); }
Result<Tensor> Model::logits(const Trace&, TokenRange) const { return unfinished(); }
const ModelWeights& Model::weights() const { return state_->weights; }
Result<void> dumpRun(const std::filesystem::path&, const Model&, const RunResult&, const DumpOptions&, const RunControl&) { return unfinished(); }

} // namespace headlight
