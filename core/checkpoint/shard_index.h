// model.safetensors.index.json: which tensor lies in which file.
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace headlight {

/// A checked index. File names are relative to the model's folder, as the index spells them.
struct ShardIndex {
    std::vector<std::string> files;             ///< sorted, each once
    std::map<std::string, std::string> file_of; ///< tensor name -> file name
};

/// Reads the index at `path` and checks that every shard is a regular file inside the model's folder once
/// links are resolved; the Hugging Face cache's own blobs folder is allowed.
[[nodiscard]] Result<ShardIndex> readShardIndex(const std::filesystem::path& path);

} // namespace headlight
