#include "core/analysis/interventions/change.h"

#include <cmath>
#include <cstdio>

namespace headlight {
namespace {

std::string numberText(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string headText(const HeadAddress& head) {
    return std::string(attentionKindName(head.kind)) + " layer " + std::to_string(head.layer.value + 1) +
           " head " + std::to_string(head.head.value + 1);
}

std::string cellText(const MapCellAddress& cell) {
    return "token " + std::to_string(cell.query_token + 1) + " → " + std::to_string(cell.key_token + 1) +
           " in " + headText(cell.head);
}

std::string headsText(AttentionKind kind, LayerIndex layer, const std::optional<HeadIndex>& head) {
    return head ? headText({kind, layer, *head})
                : "all heads of " + std::string(attentionKindName(kind)) + " layer " +
                      std::to_string(layer.value + 1);
}

std::string stackText(StackKind stack) {
    return stack == StackKind::Encoder ? "encoder" : "decoder";
}

struct Describer {
    std::string operator()(const SetScore& c) const {
        return "score of " + cellText(c.cell) + " becomes " + numberText(c.value);
    }
    std::string operator()(const SetMask& c) const {
        return cellText(c.cell) + (c.hidden ? " is masked" : " is no longer masked");
    }
    std::string operator()(const SetWeight& c) const {
        return "weight of " + cellText(c.cell) + " becomes " + numberText(c.value) +
               (c.renormalise ? ", the others share the rest" : ", the others stay");
    }
    std::string operator()(const SetScale& c) const {
        return "products in " + headsText(c.kind, c.layer, c.head) + " are multiplied by " +
               numberText(c.factor);
    }
    std::string operator()(const SetTemperature& c) const {
        return "softmax temperature of " + headsText(c.kind, c.layer, c.head) + " is " +
               numberText(c.temperature);
    }
    std::string operator()(const SetHeadOutput& c) const {
        return headText(c.head) +
               (c.factor == 0.0f ? " is switched off" : " counts " + numberText(c.factor) + " times");
    }
    std::string operator()(const SetPosition& c) const {
        return stackText(c.stack) + " token " + std::to_string(c.token + 1) + " stands where token " +
               std::to_string(c.position + 1) + " would stand";
    }
    std::string operator()(const SwapTokens& c) const {
        return stackText(c.stack) + " tokens " + std::to_string(c.first + 1) + " and " +
               std::to_string(c.second + 1) + " change places";
    }
    std::string operator()(const SwitchOffPositions&) const { return "positions are switched off"; }
};

const std::optional<StackSpec>& stackOf(const ModelSpec& spec, StackKind stack) {
    return stack == StackKind::Encoder ? spec.encoder : spec.decoder;
}

/// What can be wrong with a change, found against the model and the text.
struct Checker {
    const ModelSpec& spec;
    const ModelInput& input;

    [[nodiscard]] Error outside(const std::string& what, std::size_t asked, std::size_t n) const {
        return makeError(ErrorKind::Usage, "there is no " + what + " " + std::to_string(asked + 1))
            .butFound("1 to " + std::to_string(n), std::to_string(asked + 1));
    }
    [[nodiscard]] std::size_t nTokens(StackKind stack) const {
        return stack == StackKind::Encoder ? input.source.size() : input.target.size();
    }
    [[nodiscard]] Result<void> layer(AttentionKind kind, LayerIndex index) const {
        const std::optional<StackSpec>& stack =
            kind == AttentionKind::EncoderSelf ? spec.encoder : spec.decoder;
        if (!stack || (kind == AttentionKind::Cross && !stack->cross_attention))
            return makeError(ErrorKind::Usage,
                             "this model has no " + std::string(attentionKindName(kind)) + " attention");
        if (index.value >= stack->n_layers)
            return outside("layer", index.value, stack->n_layers);
        return {};
    }
    [[nodiscard]] Result<void> head(const HeadAddress& address) const {
        HEADLIGHT_CHECK(layer(address.kind, address.layer));
        const std::size_t n_heads =
            (address.kind == AttentionKind::EncoderSelf ? spec.encoder : spec.decoder)->n_heads;
        if (address.head.value >= n_heads)
            return outside("head", address.head.value, n_heads);
        return {};
    }
    [[nodiscard]] Result<void> token(StackKind stack, std::size_t index) const {
        if (!stackOf(spec, stack))
            return makeError(ErrorKind::Usage, "this model has no " + stackText(stack));
        if (index >= nTokens(stack))
            return outside(stackText(stack) + " token", index, nTokens(stack));
        return {};
    }
    [[nodiscard]] Result<void> cell(const MapCellAddress& cell) const {
        HEADLIGHT_CHECK(head(cell.head));
        HEADLIGHT_CHECK(
            token(cell.head.kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder,
                  cell.query_token));
        return token(cell.head.kind == AttentionKind::DecoderSelf ? StackKind::Decoder : StackKind::Encoder,
                     cell.key_token);
    }
    [[nodiscard]] Result<void> finite(const char* what, float value) const {
        if (!std::isfinite(value))
            return makeError(ErrorKind::Usage, std::string(what) + " must be a finite number")
                .butFound("a number", numberText(value));
        return {};
    }

    Result<void> operator()(const SetScore& c) const {
        HEADLIGHT_CHECK(cell(c.cell));
        return finite("a score", c.value);
    }
    Result<void> operator()(const SetMask& c) const { return cell(c.cell); }
    Result<void> operator()(const SetWeight& c) const {
        HEADLIGHT_CHECK(cell(c.cell));
        if (!(c.value >= 0.0f && c.value <= 1.0f))
            return makeError(ErrorKind::Usage, "an attention weight lies between 0 and 1")
                .butFound("0 to 1", numberText(c.value));
        return {};
    }
    Result<void> operator()(const SetScale& c) const {
        HEADLIGHT_CHECK(head({c.kind, c.layer, c.head.value_or(HeadIndex(0))}));
        return finite("a scale", c.factor);
    }
    Result<void> operator()(const SetTemperature& c) const {
        HEADLIGHT_CHECK(head({c.kind, c.layer, c.head.value_or(HeadIndex(0))}));
        if (!(c.temperature > 0.0f && std::isfinite(c.temperature)))
            return makeError(ErrorKind::Usage, "a temperature must be above 0")
                .butFound("above 0", numberText(c.temperature));
        return {};
    }
    Result<void> operator()(const SetHeadOutput& c) const {
        HEADLIGHT_CHECK(head(c.head));
        return finite("a factor", c.factor);
    }
    Result<void> operator()(const SetPosition& c) const {
        HEADLIGHT_CHECK(token(c.stack, c.token));
        const PositionSpec& positions = stackOf(spec, c.stack)->positions;
        if (positions.kind == PositionKind::RelativeBias || positions.kind == PositionKind::Alibi ||
            positions.kind == PositionKind::None)
            return makeError(ErrorKind::Unsupported, "positions of this model cannot be moved")
                .because(positions.kind == PositionKind::None ? "It has none"
                                                              : "They live in the scores, by distance")
                .nextStep("Change scores, or swap two words");
        const std::size_t n = positions.max_positions > 0 ? positions.max_positions : std::size_t{1} << 20;
        if (c.position >= n)
            return makeError(ErrorKind::Usage, "the model has no position " + std::to_string(c.position))
                .butFound("0 to " + std::to_string(n - 1), std::to_string(c.position));
        return {};
    }
    Result<void> operator()(const SwapTokens& c) const {
        HEADLIGHT_CHECK(token(c.stack, c.first));
        return token(c.stack, c.second);
    }
    Result<void> operator()(const SwitchOffPositions&) const { return {}; }
};

} // namespace

std::string describeChange(const Change& change) {
    return std::visit(Describer{}, change);
}

Result<void> checkChange(const Change& change, const Model& model, const ModelInput& input) {
    return std::visit(Checker{model.spec(), input}, change);
}

} // namespace headlight
