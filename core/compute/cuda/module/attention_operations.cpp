// Attention in the numbers that were asked for.
#include "core/compute/cuda/module/operations.h"

#include <type_traits>

namespace headlight::cuda {

namespace {

/// Calls function(std::integral_constant<Number, n>) with the kind of number of the products. Where BF16 is
/// asked for, attention multiplies in F16: products of 11 bits take no longer than those of 8, and only with
/// them are weights, which a person reads, within 0.01 of F32's. F16 ends at 65,504, and what is beyond
/// becomes that: queries, keys and values that large would be those of a model that has broken down.
template <class Function>
Status forNumber(const Attention& attention, const Function& function) {
    switch (attention.number) {
    case Number::TF32:
        return function(std::integral_constant<Number, Number::TF32>());
    case Number::F16:
    case Number::BF16:
        return function(std::integral_constant<Number, Number::F16>());
    case Number::F32:
        break;
    }
    return function(std::integral_constant<Number, Number::F32>());
}

} // namespace

Status attend(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
              Matrix output) {
    return forNumber(attention, [&](auto number) {
        return attendIn<decltype(number)::value>(device, attention, statistics, output);
    });
}

Status rebuildScores(Device& device, const Attention& attention, const Tile& tile, float* host) {
    return forNumber(attention, [&](auto number) {
        return rebuildIn<decltype(number)::value>(device, attention, nullptr, tile, host);
    });
}

Status rebuildWeights(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
                      const Tile& tile, float* host) {
    return forNumber(attention, [&](auto number) {
        return rebuildIn<decltype(number)::value>(device, attention, &statistics, tile, host);
    });
}

Status poolWeights(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
                   const Tile& tile, const PooledMap& map, float* host) {
    return forNumber(attention, [&](auto number) {
        return poolIn<decltype(number)::value>(device, attention, statistics, tile, map, host);
    });
}

} // namespace headlight::cuda
