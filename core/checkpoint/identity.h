// A short name for the exact contents of a checkpoint.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/safetensors.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace headlight {

/// SHA-256 as lower-case hex.
[[nodiscard]] std::string sha256Hex(std::span<const std::byte> bytes);

/// SHA-256 over config.json (where present) and, for each weight file in the given order, its length, its
/// header and up to 256 blocks of 4 KiB spread evenly over its data: cheap at every load, and different for
/// models that share their shapes. The same files give the same hash wherever they lie.
[[nodiscard]] Result<std::string>
checkpointIdentity(const std::filesystem::path& config,
                   std::span<const std::shared_ptr<const SafetensorsFile>> files);

} // namespace headlight
