#include "core/model/families/mpnet.h"

#include "core/model/families/bert_like.h"

// Song et al. 2020, "MPNet"; names as in transformers' modeling_mpnet.

namespace headlight {

namespace {

constexpr std::size_t kPaddingToken = 1; ///< whatever config.json says
constexpr std::size_t kBuckets = 32;     ///< the same

const EncoderFamily& mpnet() {
    static const EncoderFamily family = {
        .model_type = "mpnet",
        .prefix = "mpnet.",
        .heads = {{.architecture = "MPNetModel"},
                  {.architecture = "MPNetForMaskedLM",
                   .kind = HeadKind::MaskedLanguageModel,
                   .transform = "lm_head.dense",
                   .activation = Activation::Gelu,
                   .norm = "lm_head.layer_norm",
                   .output = "lm_head.decoder",
                   .other_bias = "lm_head.bias"},
                  {.architecture = "MPNetForSequenceClassification",
                   .kind = HeadKind::SequenceClassification,
                   .transform = "classifier.dense",
                   .activation = Activation::Tanh,
                   .output = "classifier.out_proj"},
                  tokenClassifier("MPNetForTokenClassification"),
                  questionAnswering("MPNetForQuestionAnswering"),
                  multipleChoice("MPNetForMultipleChoice")},
        .unread_heads = {"lm_head."},
        .defaults = {.vocabulary_size = 30527},
        .block = {.query = "attention.attn.q",
                  .key = "attention.attn.k",
                  .value = "attention.attn.v",
                  .attention_output = "attention.attn.o",
                  .attention_norm = "attention.LayerNorm"},
        .token_types = false,
    };
    return family;
}

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readEncoder(mpnet(), config, std::move(architecture)));
    StackSpec& stack = *spec.encoder;
    HEADLIGHT_CHECK(placeBehindPadding(config, kPaddingToken, stack));
    HEADLIGHT_ASSIGN(const std::size_t n_buckets,
                     config.positiveSizeOr("relative_attention_num_buckets", kBuckets));
    if (n_buckets != kBuckets)
        return config.reject("relative_attention_num_buckets",
                             "other numbers of distance buckets are not supported", std::to_string(kBuckets),
                             std::to_string(n_buckets), "MPNet sorts distances into 32 buckets always");
    stack.positions.relative = {.n_buckets = n_buckets, .max_distance = 128, .bidirectional = true};
    return spec;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    ModelSlots slots = encoderSlots(mpnet(), spec, names);
    slots.encoder->relative_bias = {encoderPrefix(mpnet(), spec, names) +
                                        "encoder.relative_attention_bias.weight",
                                    {spec.encoder->positions.relative.n_buckets, spec.encoder->n_heads}};
    return slots;
}

} // namespace

Family mpnetFamily() {
    return {"mpnet", architecturesOf(mpnet()), readSpec, findSlots};
}

} // namespace headlight
