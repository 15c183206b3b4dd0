#include "core/compute/activation_name.h"

namespace headlight {

std::string_view activationName(Activation activation) {
    switch (activation) {
    case Activation::None:
        return "linear";
    case Activation::Relu:
        return "ReLU";
    case Activation::Gelu:
        return "GELU";
    case Activation::GeluTanh:
        return "GELU (tanh)";
    case Activation::GeluQuick:
        return "GELU (quick)";
    case Activation::Silu:
        return "SiLU";
    case Activation::Tanh:
        return "tanh";
    }
    return {};
}

} // namespace headlight
