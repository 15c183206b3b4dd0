#include "core/model/families/roberta.h"

#include "core/model/families/bert_like.h"

// Liu et al. 2019, "RoBERTa"; Conneau et al. 2019, XLM-R; Martin et al. 2019, CamemBERT. Names as in
// transformers' modeling_roberta, of which the others are copies.

namespace headlight {

namespace {

/// transformers' class names of one of the three.
struct ClassNames {
    std::string_view model;
    std::string_view masked_language_model;
    std::string_view sequence_classifier;
    std::string_view token_classifier;
    std::string_view question_answering;
    std::string_view multiple_choice;
};

EncoderFamily makeFamily(std::string_view model_type, const ClassNames& names) {
    return {
        .model_type = model_type,
        .prefix = "roberta.",
        .heads = {{.architecture = names.model},
                  {.architecture = names.masked_language_model,
                   .kind = HeadKind::MaskedLanguageModel,
                   .transform = "lm_head.dense",
                   .activation = Activation::Gelu,
                   .norm = "lm_head.layer_norm",
                   .output = "lm_head.decoder",
                   .other_bias = "lm_head.bias"},
                  {.architecture = names.sequence_classifier,
                   .kind = HeadKind::SequenceClassification,
                   .transform = "classifier.dense",
                   .activation = Activation::Tanh,
                   .output = "classifier.out_proj"},
                  tokenClassifier(names.token_classifier),
                  questionAnswering(names.question_answering),
                  multipleChoice(names.multiple_choice)},
        .unread_heads = {"lm_head."},
        .defaults = {.vocabulary_size = model_type == "roberta" ? 50265u : 30522u},
    };
}

const EncoderFamily& roberta() {
    static const EncoderFamily family =
        makeFamily("roberta", {"RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification",
                               "RobertaForTokenClassification", "RobertaForQuestionAnswering",
                               "RobertaForMultipleChoice"});
    return family;
}

const EncoderFamily& xlmRoberta() {
    static const EncoderFamily family =
        makeFamily("xlm-roberta", {"XLMRobertaModel", "XLMRobertaForMaskedLM",
                                   "XLMRobertaForSequenceClassification", "XLMRobertaForTokenClassification",
                                   "XLMRobertaForQuestionAnswering", "XLMRobertaForMultipleChoice"});
    return family;
}

const EncoderFamily& camembert() {
    static const EncoderFamily family =
        makeFamily("camembert", {"CamembertModel", "CamembertForMaskedLM",
                                 "CamembertForSequenceClassification", "CamembertForTokenClassification",
                                 "CamembertForQuestionAnswering", "CamembertForMultipleChoice"});
    return family;
}

Result<ModelSpec> readSpec(const EncoderFamily& family, const ConfigReader& config,
                           std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readEncoder(family, config, std::move(architecture)));
    HEADLIGHT_ASSIGN(const std::size_t padding_token, config.sizeOr("pad_token_id", 1));
    HEADLIGHT_CHECK(placeBehindPadding(config, padding_token, *spec.encoder));
    return spec;
}

/// A Family's functions take no family: one pair for each of the three.
template <const EncoderFamily& (*kFamily)()>
Family familyOf() {
    const EncoderFamily& family = kFamily();
    return {
        family.model_type, architecturesOf(family),
        [](const ConfigReader& config, std::string architecture) {
            return readSpec(kFamily(), config, std::move(architecture));
        },
        [](const ModelSpec& spec, const TensorNames& names) { return encoderSlots(kFamily(), spec, names); }};
}

} // namespace

Family robertaFamily() {
    return familyOf<roberta>();
}
Family xlmRobertaFamily() {
    return familyOf<xlmRoberta>();
}
Family camembertFamily() {
    return familyOf<camembert>();
}

} // namespace headlight
