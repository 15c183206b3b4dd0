#include "core/model/families/bert.h"

#include "core/model/families/bert_like.h"

// Devlin et al. 2018, "BERT"; names as in transformers' modeling_bert.

namespace headlight {

namespace {

EncoderHead maskedLanguageModel(std::string_view architecture) {
    return {.architecture = architecture,
            .kind = HeadKind::MaskedLanguageModel,
            .transform = "cls.predictions.transform.dense",
            .norm = "cls.predictions.transform.LayerNorm",
            .output = "cls.predictions.decoder",
            .other_bias = "cls.predictions.bias"};
}

const EncoderFamily& bert() {
    static const EncoderFamily family = {
        .model_type = "bert",
        .prefix = "bert.",
        .heads = {{.architecture = "BertModel"},
                  maskedLanguageModel("BertForMaskedLM"),
                  maskedLanguageModel("BertForPreTraining"),
                  {.architecture = "BertForSequenceClassification",
                   .kind = HeadKind::SequenceClassification,
                   .pooled = true,
                   .activation = Activation::Tanh,
                   .output = "classifier"},
                  {.architecture = "BertForNextSentencePrediction",
                   .kind = HeadKind::SequenceClassification,
                   .pooled = true,
                   .activation = Activation::Tanh,
                   .output = "cls.seq_relationship",
                   .classes = {"follows", "does not follow"}},
                  tokenClassifier("BertForTokenClassification"),
                  questionAnswering("BertForQuestionAnswering"),
                  multipleChoice("BertForMultipleChoice")},
        .unread_heads = {"cls.predictions.", "cls.seq_relationship."},
    };
    return family;
}

} // namespace

Family bertFamily() {
    return {
        "bert", architecturesOf(bert()),
        [](const ConfigReader& config, std::string architecture) {
            return readEncoder(bert(), config, std::move(architecture));
        },
        [](const ModelSpec& spec, const TensorNames& names) { return encoderSlots(bert(), spec, names); }};
}

} // namespace headlight
