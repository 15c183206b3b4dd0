#include "app/attention_choice.h"

#include <string>

namespace headlight {

namespace {

std::string kindNames(const ModelSpec& spec) {
    if (spec.kind == ModelKind::EncoderDecoder)
        return "encoder, decoder or cross";
    return spec.hasEncoder() ? "encoder" : "decoder";
}

} // namespace

Result<AttentionKind> chooseAttention(const Model& model, std::optional<AttentionKind> asked) {
    const ModelSpec& spec = model.spec();
    const AttentionKind usual = spec.kind == ModelKind::EncoderDecoder ? AttentionKind::Cross
                                : spec.hasEncoder()                   ? AttentionKind::EncoderSelf
                                                                      : AttentionKind::DecoderSelf;
    const AttentionKind kind = asked.value_or(usual);
    const std::optional<StackSpec>& stack = kind == AttentionKind::EncoderSelf ? spec.encoder : spec.decoder;
    if (!stack || (kind == AttentionKind::Cross && !stack->cross_attention))
        return makeError(ErrorKind::Usage, model.name() + " has no " + std::string(attentionKindName(kind)) + " attention")
            .nextStep("Use --attention " + kindNames(spec));
    return kind;
}

} // namespace headlight
