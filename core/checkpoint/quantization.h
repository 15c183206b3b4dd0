// Checkpoints whose weights were packed into a few bits: recognised, named, not computed with.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/config_reader.h"

#include <string>

namespace headlight {

/// "GPTQ 4-bit", "AWQ", "bitsandbytes 8-bit", ...; empty where config.json speaks of no quantization.
[[nodiscard]] std::string quantizationName(const ConfigReader& config);

/// Error: the weights are quantized; it says how, and which model to take instead where config.json knows.
[[nodiscard]] Result<void> refuseQuantized(const ConfigReader& config);

} // namespace headlight
