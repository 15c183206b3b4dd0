#include "core/model/families/albert.h"

#include "core/model/families/bert_like.h"

// Lan et al. 2019, "ALBERT"; names as in transformers' modeling_albert.

namespace headlight {

namespace {

EncoderHead maskedLanguageModel(std::string_view architecture) {
    return {.architecture = architecture,
            .kind = HeadKind::MaskedLanguageModel,
            .transform = "predictions.dense",
            .norm = "predictions.LayerNorm",
            .output = "predictions.decoder",
            .other_bias = "predictions.bias"};
}

const EncoderFamily& albert() {
    static const EncoderFamily family = {
        .model_type = "albert",
        .prefix = "albert.",
        .heads = {{.architecture = "AlbertModel"},
                  maskedLanguageModel("AlbertForMaskedLM"),
                  maskedLanguageModel("AlbertForPreTraining"),
                  {.architecture = "AlbertForSequenceClassification",
                   .kind = HeadKind::SequenceClassification,
                   .pooled = true,
                   .activation = Activation::Tanh,
                   .output = "classifier"},
                  tokenClassifier("AlbertForTokenClassification"),
                  questionAnswering("AlbertForQuestionAnswering"),
                  multipleChoice("AlbertForMultipleChoice")},
        .unread_heads = {"predictions.", "sop_classifier."},
        .defaults = {.vocabulary_size = 30000,
                     .d_model = 4096,
                     .n_heads = 64,
                     .d_feed_forward = 16384,
                     .activation = "gelu_new"},
        .block = {.query = "attention.query",
                  .key = "attention.key",
                  .value = "attention.value",
                  .attention_output = "attention.dense",
                  .attention_norm = "attention.LayerNorm",
                  .up = "ffn",
                  .down = "ffn_output",
                  .feed_forward_norm = "full_layer_layer_norm"},
        .blocks = "",
        .pooler = "pooler",
    };
    return family;
}

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readEncoder(albert(), config, std::move(architecture)));
    StackSpec& stack = *spec.encoder;
    HEADLIGHT_ASSIGN(stack.d_embedding, config.positiveSizeOr("embedding_size", 128));
    HEADLIGHT_ASSIGN(stack.n_layer_groups, config.positiveSizeOr("num_hidden_groups", 1));
    if (stack.n_layer_groups > stack.n_layers)
        return config.reject("num_hidden_groups", "there are more groups than layers",
                             "at most " + std::to_string(stack.n_layers),
                             std::to_string(stack.n_layer_groups));
    HEADLIGHT_ASSIGN(stack.layers_per_group,
                     config.positiveSizeOr("inner_group_num", 1, kMaxLayers / stack.n_layers));
    stack.n_layers *= stack.layers_per_group; // a "hidden layer" of config.json runs all layers of its group
    return spec;
}

/// Layers come in runs of `layers_per_group`; consecutive runs belong to one group.
std::string blockName(const StackSpec& stack, std::size_t layer) {
    const std::size_t n_runs = stack.n_layers / stack.layers_per_group;
    // The division as transformers rounds it.
    const double group =
        double(layer / stack.layers_per_group) / (double(n_runs) / double(stack.n_layer_groups));
    return "encoder.albert_layer_groups." + std::to_string(static_cast<std::size_t>(group)) +
           ".albert_layers." + std::to_string(layer % stack.layers_per_group) + ".";
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const StackSpec& stack = *spec.encoder;
    const std::string prefix = encoderPrefix(albert(), spec, names);
    ModelSlots slots = encoderSlots(albert(), spec, names);
    slots.encoder->embedding_projection =
        linearSlot(prefix + "encoder.embedding_hidden_mapping_in", stack.d_embedding, stack.d_model);
    for (std::size_t layer = 0; layer < stack.n_layers; ++layer)
        slots.encoder->blocks.push_back(
            encoderBlock(albert(), stack, names, prefix + blockName(stack, layer)));
    return slots;
}

} // namespace

Family albertFamily() {
    return {"albert", architecturesOf(albert()), readSpec, findSlots};
}

} // namespace headlight
