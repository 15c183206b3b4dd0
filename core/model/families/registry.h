// The model families Headlight can run.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/config_reader.h"
#include "core/model/model_spec.h"
#include "core/model/slots.h"

#include <string_view>
#include <vector>

namespace headlight {

/// What a family file provides: config.json to spec, checkpoint names to slots.
struct Family {
    std::string_view model_type;
    std::vector<std::string_view> architectures; ///< supported ones; the first is assumed where config.json names none
    Result<ModelSpec> (*readSpec)(const ConfigReader& config, std::string architecture);
    ModelSlots (*findSlots)(const ModelSpec& spec, const TensorNames& names);
    std::string_view defaults = "{}"; ///< JSON object: what transformers' configuration class assumes for keys that are absent
};

[[nodiscard]] const std::vector<Family>& families();

/// A family and which of its architectures a config.json asks for.
struct FamilyChoice {
    const Family* family = nullptr;
    std::string architecture;
};
/// Error: an unknown model_type or architecture, named, with a list of what is supported.
[[nodiscard]] Result<FamilyChoice> chooseFamily(const ConfigReader& config);

/// The file's keys before the family's defaults; a key that is null stays null.
[[nodiscard]] Result<ConfigReader> withDefaults(const ConfigReader& config, const Family& family);

/// Why a model of this config.json cannot be run, in a few words; empty where it can. For listings.
[[nodiscard]] std::string whyNotRunnable(const ConfigReader& config);

} // namespace headlight
