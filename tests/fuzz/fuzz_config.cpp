// Mutated JSON files, read as config.json of every family and as a shard index: refused with words or usable,
// never a crash.
#include "core/checkpoint/config_reader.h"
#include "core/checkpoint/json_file.h"
#include "core/checkpoint/shard_index.h"
#include "core/model/families/common.h"
#include "core/model/families/registry.h"
#include "tests/support/files.h"
#include "tests/support/fuzzing.h"

#include <algorithm>

using namespace headlight;
using namespace headlight::testing;

namespace {

const std::vector<std::string> kSeeds = {
    R"({"model_type":"marian","architectures":["MarianMTModel"],"vocab_size":100,"d_model":64,"encoder_layers":3,"decoder_layers":2,"encoder_attention_heads":4,"decoder_attention_heads":4,"encoder_ffn_dim":128,"decoder_ffn_dim":128,"max_position_embeddings":128,"activation_function":"swish","scale_embedding":true,"eos_token_id":0,"pad_token_id":99,"decoder_start_token_id":99,"dropout":0.1})",
    R"({"model_type":"gpt2","architectures":["GPT2LMHeadModel"],"vocab_size":100,"n_positions":64,"n_embd":48,"n_head":12,"n_layer":2,"layer_norm_epsilon":1e-05,"activation_function":"gelu_new","eos_token_id":[5,1],"rope_scaling":{"factor":2.0,"type":"linear"},"n_inner":null})",
    R"({"model_type":"bert","architectures":["BertForMaskedLM"],"vocab_size":100,"hidden_size":48,"num_attention_heads":12,"num_hidden_layers":2,"intermediate_size":96,"max_position_embeddings":64,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu","position_embedding_type":"absolute"})",
    R"({"metadata":{"total_size":8},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}})",
};
const std::vector<std::string> kWords = {"\"n_embd\":",
                                         "\"rope_scaling\":",
                                         "\"rope_parameters\":",
                                         "\"head_dim\":",
                                         "\"num_key_value_heads\":",
                                         "\"sliding_window\":",
                                         "\"layer_types\":[\"full_attention\"]",
                                         "\"repetition_penalty\":",
                                         "\"temperature\":",
                                         "\"model_type\":\"llama\"",
                                         "\"model_type\":\"t5\"",
                                         "\"model_type\":\"falcon\"",
                                         "\"eos_token_id\":",
                                         "\"weight_map\":",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         "null",
                                         "true",
                                         "NaN",
                                         "-Infinity",
                                         "\"../x\"",
                                         "\"\\u0000\"",
                                         "\\ud83d",
                                         "1e999",
                                         "\xef\xbb\xbf",
                                         "\xc3",
                                         "//",
                                         "{\"a\":[{}]}"};

/// An Error must be able to stand on its own.
template <class T>
bool wordless(const Result<T>& result) {
    return !result.ok() &&
           (result.error().summary.empty() || result.error().message().find('\n') != std::string::npos);
}

std::string readEverything(const ConfigReader& config) {
    bool bad = false;
    for (const char* key :
         {"model_type", "architectures", "d_model", "n_embd", "n_head", "scale_embedding", "eos_token_id",
          "dropout", "layer_norm_epsilon", "rope_scaling", "n_inner", "weight_map", "absent"}) {
        const auto size = config.positiveSize(key, kMaxLayers);
        if (size.ok() && (*size == 0 || *size > kMaxLayers))
            return "a size out of its range";
        const auto ids = config.tokenIds(key);
        if (ids.ok() && !ids->empty() && *std::min_element(ids->begin(), ids->end()) < 0)
            return "a negative token id";
        bad |= wordless(size) || wordless(ids) || wordless(config.sizeOr(key, 0)) ||
               wordless(config.number(key, {0.0, 1.0})) || wordless(config.booleanOr(key, true)) ||
               wordless(config.text(key)) || wordless(config.textList(key));
        const auto nested = config.object(key);
        bad |= wordless(nested) || (nested.ok() && wordless(nested->number("factor")));
    }
    return bad ? "a refusal without words" : "";
}

/// A spec a family accepted must be one the engine can run.
std::string brokenStack(const StackSpec& stack) {
    if (stack.n_heads == 0 || stack.head_dim == 0 || stack.d_model == 0 || stack.d_feed_forward == 0)
        return "a stack without size";
    if (stack.n_kv_heads == 0 || stack.n_heads % stack.n_kv_heads != 0)
        return "heads that do not divide";
    return stack.n_layers > kMaxLayers ? "too many layers" : "";
}

std::string readModel(const ConfigReader& config) {
    const auto choice = chooseFamily(config);
    if (!choice.ok())
        return wordless(choice) ? "a family refused without words" : "";
    const auto whole = withDefaults(config, *choice->family);
    if (!whole.ok())
        return wordless(whole) ? "defaults refused without words" : "";
    const auto spec = choice->family->readSpec(*whole, choice->architecture);
    if (!spec.ok())
        return wordless(spec) ? "a configuration refused without words" : "";
    const auto generation = readGeneration(*whole, &config, spec->vocabulary_size);
    if (wordless(generation))
        return "generation settings refused without words";
    if (generation.ok() &&
        !(generation->repetition_penalty > 0.0f && generation->temperature.value_or(1.0f) > 0.0f))
        return "generation settings out of their range";
    std::string wrong = spec->hasEncoder() || spec->hasDecoder() ? "" : "a model without stacks";
    if (spec->hasEncoder())
        wrong += brokenStack(*spec->encoder);
    if (spec->hasDecoder())
        wrong += brokenStack(*spec->decoder);
    return wrong;
}

/// The golden checkpoints' config.json: every family there is.
std::vector<std::string> seeds() {
    std::vector<std::string> all = kSeeds;
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(HEADLIGHT_GOLDEN_DIR))
        if (std::filesystem::exists(entry.path() / "config.json"))
            paths.push_back(entry.path() / "config.json");
    std::sort(paths.begin(), paths.end()); // the same inputs whatever order the disk gives
    for (const auto& path : paths)
        all.push_back(readBytes(path));
    return all;
}

} // namespace

int main(int argc, char** argv) {
    const TemporaryFolder folder;
    FuzzTarget target{seeds(), kWords, {}, true};
    std::uint64_t n_runs = 0;
    target.run = [&](const std::string& input, bool& accepted) -> std::string {
        if (n_runs++ % 64 == 63 &&
            wordless(readShardIndex(folder.write("model.safetensors.index.json", input))))
            return "an index refused without words";
        auto json = parseJson(input, "fuzz");
        accepted = json.ok();
        if (!json.ok())
            return wordless(json) ? "a refusal without words" : "";
        const auto config = ConfigReader::fromJson(std::move(json).value(), "fuzz");
        if (!config.ok())
            return wordless(config) ? "a refusal without words" : "";
        return readEverything(*config) + readModel(*config);
    };
    return fuzzMain(argc, argv, target);
}
