#include "core/model/model_spec.h"

#include <cmath>

namespace headlight {

float StackSpec::attentionScale(std::size_t layer) const {
    const double scale = attention_scale > 0.0f ? double(attention_scale) : 1.0 / std::sqrt(double(head_dim));
    return static_cast<float>(scale_by_layer ? scale / double(layer + 1) : scale);
}

} // namespace headlight
