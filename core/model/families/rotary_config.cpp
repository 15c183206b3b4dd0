#include "core/model/families/rotary_config.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

// Follows transformers' modeling_rope_utils: which key counts first, and what is assumed where one is absent.

namespace headlight {

namespace {

using Json = nlohmann::json;

constexpr NumberRange kFactorRange{1e-6, 1e9};

/// Reads the scaling of one rotary spec from its object in config.json.
class ScalingReader {
public:
    ScalingReader(const ConfigReader& config, const ConfigReader& parameters, const RotaryDefaults& defaults,
                  std::size_t max_positions, RotarySpec& rotary)
        : config_(config)
        , parameters_(parameters)
        , defaults_(defaults)
        , max_positions_(max_positions)
        , rotary_(rotary) {}

    [[nodiscard]] Result<void> read() const {
        HEADLIGHT_ASSIGN(std::string type, parameters_.textOr({"rope_type", "type"}, "default"));
        if (defaults_.longrope_only && (type == "su" || type == "yarn"))
            type = "longrope";
        if (type == "default")
            return {};
        if (type == "longrope")
            return readLongRope();
        if (!defaults_.longrope_only && type == "linear")
            return readFactor(RotaryScaling::Linear);
        if (!defaults_.longrope_only && type == "dynamic")
            return readDynamic();
        if (!defaults_.longrope_only && type == "llama3")
            return readLlama3();
        if (!defaults_.longrope_only && type == "yarn")
            return readYarn();
        return parameters_.reject(parameters_.has("rope_type") ? "rope_type" : "type",
                                  "rotary positions of type \"" + type + "\" are not supported",
                                  defaults_.longrope_only
                                      ? "default or longrope"
                                      : "default, linear, dynamic, llama3, yarn or longrope",
                                  "\"" + type + "\"");
    }

private:
    [[nodiscard]] Result<void> readFactor(RotaryScaling scaling) const {
        rotary_.scaling = scaling;
        HEADLIGHT_ASSIGN(rotary_.factor, parameters_.number("factor", kFactorRange));
        return {};
    }

    [[nodiscard]] Result<void> readDynamic() const {
        HEADLIGHT_CHECK(readFactor(RotaryScaling::Dynamic));
        rotary_.original_positions = max_positions_;
        if (rotary_.dims <= 2)
            return parameters_.reject("rope_type", "dynamic rotary positions need more than two dimensions",
                                      "4 or more", std::to_string(rotary_.dims));
        return {};
    }

    [[nodiscard]] Result<void> readLlama3() const {
        HEADLIGHT_CHECK(readFactor(RotaryScaling::Llama3));
        HEADLIGHT_CHECK(readOriginalPositions());
        HEADLIGHT_ASSIGN(rotary_.low_frequency_factor, parameters_.number("low_freq_factor", kFactorRange));
        HEADLIGHT_ASSIGN(rotary_.high_frequency_factor, parameters_.number("high_freq_factor", kFactorRange));
        return rotary_.high_frequency_factor > rotary_.low_frequency_factor
                   ? Result<void>()
                   : parameters_.reject("high_freq_factor",
                                        "the high frequency factor is not above the low one",
                                        "more than " + std::to_string(rotary_.low_frequency_factor),
                                        std::to_string(rotary_.high_frequency_factor));
    }

    [[nodiscard]] Result<void> readYarn() const {
        rotary_.scaling = RotaryScaling::Yarn;
        HEADLIGHT_CHECK(readOriginalPositions());
        HEADLIGHT_CHECK(readFactorOrRatio());
        HEADLIGHT_ASSIGN(rotary_.beta_fast, parameters_.numberOr("beta_fast", 32.0, kFactorRange));
        HEADLIGHT_ASSIGN(rotary_.beta_slow, parameters_.numberOr("beta_slow", 1.0, kFactorRange));
        HEADLIGHT_ASSIGN(rotary_.truncate, parameters_.booleanOr("truncate", true));
        HEADLIGHT_ASSIGN(const double mscale, parameters_.numberOr("mscale", 0.0, {0.0, 1e6}));
        HEADLIGHT_ASSIGN(const double mscale_all, parameters_.numberOr("mscale_all_dim", 0.0, {0.0, 1e6}));
        const auto attention_scale = [&](double weight) {
            return rotary_.factor <= 1.0 ? 1.0 : 0.1 * weight * std::log(rotary_.factor) + 1.0;
        };
        const bool weighted = mscale > 0.0 && mscale_all > 0.0;
        return readAttentionFactor(weighted ? attention_scale(mscale) / attention_scale(mscale_all)
                                            : attention_scale(1.0));
    }

    [[nodiscard]] Result<void> readLongRope() const {
        rotary_.scaling = RotaryScaling::LongRope;
        HEADLIGHT_CHECK(readOriginalPositions());
        HEADLIGHT_CHECK(readFactorOrRatio());
        HEADLIGHT_ASSIGN(rotary_.short_factors, readPairFactors("short_factor"));
        HEADLIGHT_ASSIGN(rotary_.long_factors, readPairFactors("long_factor"));
        const double original = double(rotary_.original_positions);
        if (original < 2.0)
            return parameters_.reject("original_max_position_embeddings", "LongRope needs more positions",
                                      "2 or more", "1");
        return readAttentionFactor(
            rotary_.factor <= 1.0 ? 1.0 : std::sqrt(1.0 + std::log(rotary_.factor) / std::log(original)));
    }

    [[nodiscard]] Result<void> readOriginalPositions() const {
        constexpr const char* kKey = "original_max_position_embeddings";
        if (config_.has(kKey)) {
            HEADLIGHT_ASSIGN(rotary_.original_positions, config_.positiveSize(kKey));
            return {};
        }
        const std::size_t otherwise =
            defaults_.original_positions > 0 ? defaults_.original_positions : max_positions_;
        HEADLIGHT_ASSIGN(rotary_.original_positions, parameters_.positiveSizeOr(kKey, otherwise));
        return {};
    }

    [[nodiscard]] Result<void> readFactorOrRatio() const {
        const double ratio = double(max_positions_) / double(rotary_.original_positions);
        HEADLIGHT_ASSIGN(rotary_.factor, parameters_.numberOr("factor", ratio, kFactorRange));
        return {};
    }

    [[nodiscard]] Result<void> readAttentionFactor(double otherwise) const {
        HEADLIGHT_ASSIGN(rotary_.attention_factor,
                         parameters_.numberOr("attention_factor", otherwise, kFactorRange));
        return {};
    }

    /// One number above 0 for each pair of dimensions.
    [[nodiscard]] Result<std::vector<double>> readPairFactors(const char* key) const {
        const Json& value = parameters_.has(key) ? parameters_.json().at(key) : Json();
        const std::size_t n_pairs = rotary_.dims / 2;
        const auto fits = [](const Json& factor) {
            return factor.is_number() && factor.get<double>() >= kFactorRange.minimum &&
                   factor.get<double>() <= kFactorRange.maximum;
        };
        if (!value.is_array() || value.size() != n_pairs || !std::all_of(value.begin(), value.end(), fits))
            return parameters_.reject(
                key, "configuration value cannot be used",
                "a list of " + std::to_string(n_pairs) + " numbers above 0, one for each pair of dimensions",
                value.is_array() ? "a list of " + std::to_string(value.size()) + " values" : "no list");
        return value.get<std::vector<double>>();
    }

    const ConfigReader& config_;
    const ConfigReader& parameters_;
    const RotaryDefaults& defaults_;
    std::size_t max_positions_;
    RotarySpec& rotary_;
};

/// The object that speaks of rotary positions, if there is one: rope_scaling counts before rope_parameters.
Result<std::optional<ConfigReader>> findParameters(const ConfigReader& config) {
    for (const char* key : {"rope_scaling", "rope_parameters"}) {
        if (!config.has(key))
            continue;
        HEADLIGHT_ASSIGN(ConfigReader parameters, config.object(key));
        if (parameters.json().empty())
            continue;
        for (const auto& [name, value] : parameters.json().items())
            if (value.is_object())
                return parameters.reject(name,
                                         "rotary positions that differ from layer to layer are not supported",
                                         "one setting for all layers", "an object for " + name);
        return std::optional(std::move(parameters));
    }
    return std::optional<ConfigReader>();
}

/// A number of the object, else of config.json itself under its older spelling.
Result<double> numberOf(const ConfigReader& config, const std::optional<ConfigReader>& parameters,
                        const char* key, const ConfigKeys& older_key, double otherwise,
                        const NumberRange& range) {
    if (parameters && parameters->has(key))
        return parameters->number(key, range);
    return config.numberOr(older_key, otherwise, range);
}

} // namespace

Result<void> readRotary(const ConfigReader& config, StackSpec& stack, std::size_t max_positions,
                        const RotaryDefaults& defaults) {
    HEADLIGHT_ASSIGN(const std::optional<ConfigReader> parameters, findParameters(config));
    RotarySpec rotary;
    HEADLIGHT_ASSIGN(rotary.base, numberOf(config, parameters, "rope_theta", defaults.base_key, defaults.base,
                                           {1.0 + 1e-6, 1e18}));
    HEADLIGHT_ASSIGN(const double fraction, numberOf(config, parameters, "partial_rotary_factor",
                                                     defaults.fraction_key, defaults.fraction, {0.0, 1.0}));
    rotary.dims = static_cast<std::size_t>(double(stack.head_dim) * fraction);
    if (rotary.dims == 0 || rotary.dims % 2 != 0) {
        const std::string key(fraction < 1.0 ? defaults.fraction_key.names().front() : "head_dim");
        return config.reject(key, "rotary positions need an even number of dimensions",
                             "an even number above 0",
                             std::to_string(rotary.dims) + " of " + std::to_string(stack.head_dim));
    }
    if (parameters)
        HEADLIGHT_CHECK(ScalingReader(config, *parameters, defaults, max_positions, rotary).read());
    stack.positions.kind = PositionKind::Rotary;
    stack.positions.rotary = std::move(rotary);
    return {};
}

} // namespace headlight
