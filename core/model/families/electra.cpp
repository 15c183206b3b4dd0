#include "core/model/families/electra.h"

#include "core/model/families/bert_like.h"

// Clark et al. 2020, "ELECTRA"; names as in transformers' modeling_electra.

namespace headlight {

namespace {

const EncoderFamily& electra() {
    static const EncoderFamily family = {
        .model_type = "electra",
        .prefix = "electra.",
        .heads = {{.architecture = "ElectraModel"},
                  {.architecture = "ElectraForMaskedLM",
                   .kind = HeadKind::MaskedLanguageModel,
                   .transform = "generator_predictions.dense",
                   .activation = Activation::Gelu,
                   .norm = "generator_predictions.LayerNorm",
                   .output = "generator_lm_head"},
                  {.architecture = "ElectraForPreTraining",
                   .kind = HeadKind::TokenClassification,
                   .transform = "discriminator_predictions.dense",
                   .output = "discriminator_predictions.dense_prediction",
                   .classes = {"original", "replaced"},
                   .single_logit = true},
                  {.architecture = "ElectraForSequenceClassification",
                   .kind = HeadKind::SequenceClassification,
                   .transform = "classifier.dense",
                   .activation = Activation::Gelu,
                   .output = "classifier.out_proj"},
                  tokenClassifier("ElectraForTokenClassification"),
                  questionAnswering("ElectraForQuestionAnswering"),
                  multipleChoice("ElectraForMultipleChoice", "sequence_summary")},
        .unread_heads = {"generator_predictions.", "generator_lm_head.", "discriminator_predictions."},
        .defaults = {.d_model = 256, .n_heads = 4, .d_feed_forward = 1024},
    };
    return family;
}

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readEncoder(electra(), config, std::move(architecture)));
    HEADLIGHT_ASSIGN(const std::size_t d_embedding, config.positiveSizeOr("embedding_size", 128));
    spec.encoder->d_embedding = d_embedding == spec.encoder->d_model ? 0 : d_embedding;
    return spec;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    ModelSlots slots = encoderSlots(electra(), spec, names);
    if (spec.encoder->d_embedding > 0)
        slots.encoder->embedding_projection =
            linearSlot(encoderPrefix(electra(), spec, names) + "embeddings_project",
                       spec.encoder->d_embedding, spec.encoder->d_model);
    return slots;
}

} // namespace

Family electraFamily() {
    return {"electra", architecturesOf(electra()), readSpec, findSlots};
}

} // namespace headlight
