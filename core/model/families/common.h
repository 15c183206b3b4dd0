// What several families read the same way from config.json.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/config_reader.h"
#include "core/model/model_spec.h"

namespace headlight {

/// An activation by its Hugging Face name. Error: one Headlight does not have, with those it has.
[[nodiscard]] Result<Activation> readActivation(const ConfigReader& config, const ConfigKeys& keys, std::string otherwise);

/// The same where the name stands inside another value of `key` (T5's "gated-gelu").
[[nodiscard]] Result<Activation> activationNamed(const ConfigReader& config, std::string_view key, std::string_view name);

/// A layer norm's epsilon: a finite number above 0 and at most 1.
[[nodiscard]] Result<float> readEpsilon(const ConfigReader& config, const ConfigKeys& keys, double otherwise);

/// n_heads, n_kv_heads, head_dim and d_model from one key (`otherwise` where it may be absent); the heads must divide
/// d_model.
[[nodiscard]] Result<void> readHeads(const ConfigReader& config, const ConfigKeys& keys, std::size_t d_model,
                                     StackSpec& stack, std::size_t otherwise = 0);

/// Refuses a key that is true: an option that changes the computation and that the family does not have.
[[nodiscard]] Result<void> refuseOption(const ConfigReader& config, std::string_view key, std::string why);

/// Names of a classifier's classes from id2label and num_labels ("LABEL_0", ... where there are none).
[[nodiscard]] Result<std::vector<std::string>> readClassNames(const ConfigReader& config);

/// How the logits of the spec's classifier are read, from its architecture and problem_type. Error: an unknown one.
[[nodiscard]] Result<ClassProbability> readClassProbability(const ConfigReader& config, const ModelSpec& spec);

/// Generation settings from generation_config.json, or from config.json where older checkpoints keep them.
/// Token ids the model could not embed are an Error.
[[nodiscard]] Result<GenerationSpec> readGeneration(const ConfigReader& config, const ConfigReader* generation_config,
                                                    std::size_t vocabulary_size);

} // namespace headlight
