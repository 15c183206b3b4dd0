#include "core/model/positions.h"

#include "core/tensor/dtype.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace headlight {

namespace {

/// ALiBi tables of models that name no limit.
constexpr std::size_t kAlibiPositions = 16384;

float roundedToBf16(float value) { return bf16ToF32(f32ToBf16(value)); }

/// How far dimension i turns a position, in radians. Fairseq's is computed in F32, rounded at every step, which shows at
/// large positions.
double sinusoidFrequency(SinusoidLayout layout, std::size_t i, std::size_t d_model) {
    if (layout == SinusoidLayout::Marian)
        return std::pow(10000.0, -2.0 * double(i) / double(d_model));
    const double fall = std::log(10000.0) / (double(d_model / 2) - 1.0);
    const float exponent = static_cast<float>(i) * static_cast<float>(-fall);
    return double(static_cast<float>(std::exp(double(exponent))));
}

/// Peng et al. 2023, section 3.2: how many pairs turn more than `beta` times within the original length.
double yarnDimension(const RotarySpec& rotary, double beta) {
    return double(rotary.dims) * std::log(double(rotary.original_positions) / (beta * 2.0 * std::numbers::pi)) /
           (2.0 * std::log(rotary.base));
}

/// `period` is that of the unscaled pair; each step rounded as Hugging Face rounds it.
float yarnFrequency(const RotarySpec& rotary, std::size_t pair, float period) {
    double low = yarnDimension(rotary, rotary.beta_fast);
    double high = yarnDimension(rotary, rotary.beta_slow);
    if (rotary.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, double(rotary.dims) - 1.0);
    if (low == high)
        high += 0.001; // no division by zero
    const float ramp = (static_cast<float>(pair) - static_cast<float>(low)) / static_cast<float>(high - low);
    const float kept = 1.0f - std::clamp(ramp, 0.0f, 1.0f);
    return 1.0f / (static_cast<float>(rotary.factor) * period) * (1.0f - kept) + 1.0f / period * kept;
}

/// Llama 3.1: long waves are stretched by `factor`, short ones kept, those between blended.
float llama3Frequency(const RotarySpec& rotary, float frequency) {
    const float original = static_cast<float>(rotary.original_positions);
    const float low = static_cast<float>(rotary.low_frequency_factor);
    const float high = static_cast<float>(rotary.high_frequency_factor);
    const float factor = static_cast<float>(rotary.factor);
    const float wavelength = static_cast<float>(2.0 * std::numbers::pi) / frequency;
    if (wavelength < original / high)
        return frequency;
    if (wavelength > original / low)
        return frequency / factor;
    const float smooth = (original / wavelength - low) / (high - low);
    return (1.0f - smooth) * frequency / factor + smooth * frequency;
}

/// The base for a text of `n_tokens`; in F32 once it has grown.
double dynamicBase(const RotarySpec& rotary, std::size_t n_tokens) {
    if (n_tokens <= rotary.original_positions)
        return rotary.base;
    const float stretched = static_cast<float>(rotary.factor) * static_cast<float>(n_tokens);
    const float growth = stretched / static_cast<float>(rotary.original_positions) - static_cast<float>(rotary.factor - 1.0);
    const float power = std::pow(growth, static_cast<float>(double(rotary.dims) / (double(rotary.dims) - 2.0)));
    return double(static_cast<float>(rotary.base) * power);
}

} // namespace

Tensor sinusoidalPositions(std::size_t n_positions, std::size_t d_model, SinusoidLayout layout) {
    Tensor table(Shape{n_positions, d_model});
    const std::size_t n_sines = layout == SinusoidLayout::Marian ? (d_model + 1) / 2 : d_model / 2;
    std::vector<double> frequencies(n_sines);
    for (std::size_t i = 0; i < n_sines; ++i)
        frequencies[i] = sinusoidFrequency(layout, i, d_model);
    for (std::size_t position = 0; position < n_positions; ++position) {
        const auto row = table.row(position);
        std::fill(row.begin(), row.end(), 0.0f); // Fairseq pads an odd width with a zero
        for (std::size_t i = 0; i < n_sines; ++i) {
            const double exact = double(position) * frequencies[i];
            const double angle = layout == SinusoidLayout::Marian ? exact : double(static_cast<float>(exact));
            row[i] = static_cast<float>(std::sin(angle));
            if (n_sines + i < d_model) // Marian: an odd width has one more sine than cosines
                row[n_sines + i] = static_cast<float>(std::cos(angle));
        }
    }
    return table;
}

std::vector<float> rotaryFrequencies(const RotarySpec& rotary, std::size_t n_tokens) {
    const double base = rotary.scaling == RotaryScaling::Dynamic ? dynamicBase(rotary, n_tokens) : rotary.base;
    const std::vector<double>& factors = n_tokens > rotary.original_positions ? rotary.long_factors : rotary.short_factors;
    std::vector<float> frequencies(rotary.dims / 2);
    for (std::size_t pair = 0; pair < frequencies.size(); ++pair) {
        const float exponent = static_cast<float>(2 * pair) / static_cast<float>(rotary.dims);
        float period = static_cast<float>(std::pow(base, double(exponent)));
        if (rotary.scaling == RotaryScaling::LongRope)
            period *= static_cast<float>(factors[pair]);
        float frequency = 1.0f / period;
        if (rotary.scaling == RotaryScaling::Linear)
            frequency /= static_cast<float>(rotary.factor);
        else if (rotary.scaling == RotaryScaling::Yarn)
            frequency = yarnFrequency(rotary, pair, period);
        else if (rotary.scaling == RotaryScaling::Llama3)
            frequency = llama3Frequency(rotary, frequency);
        frequencies[pair] = frequency;
    }
    return frequencies;
}

Tensor rotaryTable(const RotarySpec& rotary, std::size_t first, std::size_t count, std::size_t n_tokens) {
    const std::vector<float> frequencies = rotaryFrequencies(rotary, n_tokens);
    Tensor table(Shape{count, rotary.dims});
    for (std::size_t row = 0; row < count; ++row) {
        const auto values = table.row(row);
        for (std::size_t pair = 0; pair < frequencies.size(); ++pair) {
            const float angle = static_cast<float>(first + row) * frequencies[pair];
            values[pair] = static_cast<float>(std::cos(double(angle)) * rotary.attention_factor);
            values[frequencies.size() + pair] = static_cast<float>(std::sin(double(angle)) * rotary.attention_factor);
        }
    }
    return table;
}

std::size_t relativeBucket(const RelativeBiasSpec& spec, std::ptrdiff_t distance) {
    std::size_t n_buckets = spec.n_buckets;
    std::size_t bucket = 0;
    if (spec.bidirectional) {
        n_buckets /= 2;
        bucket = distance > 0 ? n_buckets : 0;
    } else if (distance > 0) {
        return 0; // keys behind the query, which a causal mask hides
    }
    const std::size_t apart = static_cast<std::size_t>(distance < 0 ? -distance : distance);
    const std::size_t n_exact = n_buckets / 2;
    if (apart < n_exact)
        return bucket + apart;
    const float growth = std::log(static_cast<float>(apart) / static_cast<float>(n_exact)) /
                         static_cast<float>(std::log(double(spec.max_distance) / double(n_exact))) *
                         static_cast<float>(n_buckets - n_exact);
    return bucket + std::min(n_exact + static_cast<std::size_t>(growth), n_buckets - 1);
}

DistanceBias bucketedBias(const RelativeBiasSpec& spec, const Tensor& buckets) {
    const auto limit = static_cast<std::ptrdiff_t>(spec.max_distance);
    const std::size_t n_heads = buckets.dimension(1);
    DistanceBias bias{Tensor(Shape{n_heads, 2 * spec.max_distance + 1}), -limit, false};
    for (std::ptrdiff_t distance = -limit; distance <= limit; ++distance) {
        const auto row = buckets.row(relativeBucket(spec, distance));
        for (std::size_t head = 0; head < n_heads; ++head)
            bias.table.row(head)[static_cast<std::size_t>(distance + limit)] = row[head];
    }
    return bias;
}

std::vector<float> alibiSlopes(std::size_t n_heads) {
    std::size_t power = 1;
    while (2 * power <= n_heads)
        power *= 2;
    std::vector<float> slopes;
    for (std::size_t i = 0; i < power; ++i)
        slopes.push_back(static_cast<float>(std::pow(2.0, -8.0 * double(i + 1) / double(power))));
    for (std::size_t i = 0; slopes.size() < n_heads; ++i) // every other slope of twice as many heads
        slopes.push_back(static_cast<float>(std::pow(2.0, -4.0 * double(2 * i + 1) / double(power))));
    return slopes;
}

DistanceBias alibiBias(const PositionSpec& positions, std::size_t n_heads) {
    const std::size_t n_positions = positions.max_positions > 0 ? positions.max_positions : kAlibiPositions;
    const std::vector<float> slopes = alibiSlopes(n_heads);
    DistanceBias bias{Tensor(Shape{n_heads, n_positions}), 0, true};
    for (std::size_t head = 0; head < n_heads; ++head)
        for (std::size_t position = 0; position < n_positions; ++position) {
            const bool rounded = positions.alibi.rounded_to_bf16;
            const float slope = rounded ? roundedToBf16(slopes[head]) : slopes[head];
            const float distance = rounded ? roundedToBf16(static_cast<float>(position)) : static_cast<float>(position);
            const float product = slope * distance;
            bias.table.row(head)[position] = (rounded ? roundedToBf16(product) : product) * positions.alibi.scale;
        }
    return bias;
}

} // namespace headlight
