#include "core/model/families/distilbert.h"

#include "core/model/families/bert_like.h"

// Sanh et al. 2019, "DistilBERT, a distilled version of BERT"; names as in transformers' modeling_distilbert.

namespace headlight {

namespace {

const EncoderFamily& distilBert() {
    static const EncoderFamily family = {
        .model_type = "distilbert",
        .prefix = "distilbert.",
        .heads = {{.architecture = "DistilBertModel"},
                  {.architecture = "DistilBertForMaskedLM",
                   .kind = HeadKind::MaskedLanguageModel,
                   .transform = "vocab_transform",
                   .norm = "vocab_layer_norm",
                   .output = "vocab_projector"},
                  {.architecture = "DistilBertForSequenceClassification",
                   .kind = HeadKind::SequenceClassification,
                   .transform = "pre_classifier",
                   .activation = Activation::Relu,
                   .output = "classifier"},
                  tokenClassifier("DistilBertForTokenClassification"),
                  questionAnswering("DistilBertForQuestionAnswering"),
                  multipleChoice("DistilBertForMultipleChoice", "pre_classifier")},
        .unread_heads = {"vocab_transform.", "vocab_layer_norm.", "vocab_projector."},
        .defaults = {.n_layers = 6},
        .keys = {.d_model = {"dim", "hidden_size"},
                 .n_layers = {"n_layers", "num_hidden_layers"},
                 .n_heads = {"n_heads", "num_attention_heads"},
                 .d_feed_forward = "hidden_dim",
                 .activation = "activation"},
        .block = {.query = "attention.q_lin",
                  .key = "attention.k_lin",
                  .value = "attention.v_lin",
                  .attention_output = "attention.out_lin",
                  .attention_norm = "sa_layer_norm",
                  .up = "ffn.lin1",
                  .down = "ffn.lin2",
                  .feed_forward_norm = "output_layer_norm"},
        .blocks = "transformer.layer.",
        .token_types = false,
        .fixed_epsilon = true,
    };
    return family;
}

} // namespace

Family distilBertFamily() {
    return {"distilbert", architecturesOf(distilBert()),
            [](const ConfigReader& config, std::string architecture) {
                return readEncoder(distilBert(), config, std::move(architecture));
            },
            [](const ModelSpec& spec, const TensorNames& names) {
                return encoderSlots(distilBert(), spec, names);
            }};
}

} // namespace headlight
