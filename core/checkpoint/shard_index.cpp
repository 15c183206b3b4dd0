#include "core/checkpoint/shard_index.h"

#include "core/checkpoint/json_file.h"

#include <algorithm>
#include <set>

namespace headlight {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxIndexBytes = 64u << 20;
constexpr std::size_t kMaxShards = 1'000; // each stays open while the model is loaded

Error indexError(const std::string& file, std::string summary, std::string item, std::string expected,
                 std::string found) {
    return makeError(ErrorKind::Format, std::move(summary))
        .inFile(file)
        .atItem(std::move(item))
        .butFound(std::move(expected), std::move(found))
        .because("The index is damaged, incomplete or does not belong to these files")
        .nextStep("Fetch the index and all shards again from one place");
}

bool isInside(const fs::path& path, const fs::path& folder) {
    const auto [end_of_folder, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return end_of_folder == folder.end() && rest != path.end();
}

/// snapshots/<commit>/model.safetensors of the Hugging Face cache is a link into ../../blobs.
fs::path cacheBlobs(const fs::path& folder) {
    return folder.parent_path().filename() == "snapshots" ? folder.parent_path().parent_path() / "blobs"
                                                          : fs::path();
}

Result<void> checkShardPath(const fs::path& index_path, const std::string& name) {
    const fs::path folder = index_path.has_parent_path() ? index_path.parent_path() : fs::path(".");
    const auto outside = [&](const std::string& target) {
        Error error = indexError(index_path.string(), "shard lies outside the model's folder", name,
                                 "a file inside " + folder.string(), target);
        error.cause = "A stranger's index must not make this program read other files";
        error.next_step = "Copy the shard into the folder and correct the index";
        return error;
    };
    const fs::path relative(name);
    if (name.empty() || name.find('\0') != std::string::npos)
        return indexError(index_path.string(), "shard has no usable name", "weight_map", "a file name",
                          "\"" + name + "\"");
    if (relative.is_absolute() || std::ranges::find(relative, fs::path("..")) != relative.end())
        return outside(name);
    std::error_code code;
    const fs::path real_folder = fs::canonical(folder, code);
    if (code)
        return indexError(index_path.string(), "model folder cannot be resolved", folder.string(), "a folder",
                          code.message());
    const fs::path real_shard = fs::canonical(folder / relative, code);
    if (code)
        return indexError((folder / relative).string(), "shard is missing", name, "the file the index names",
                          code.message());
    const fs::path blobs = cacheBlobs(real_folder);
    if (!isInside(real_shard, real_folder) && (blobs.empty() || !isInside(real_shard, blobs)))
        return outside(real_shard.string());
    if (!fs::is_regular_file(real_shard, code))
        return indexError((folder / relative).string(), "shard is not a regular file", name, "a regular file",
                          fs::is_directory(real_shard, code) ? "a folder" : "something else");
    return {};
}

Result<void> addTensor(ShardIndex& index, const std::string& file, const std::string& tensor,
                       const Json& shard) {
    if (!shard.is_string())
        return indexError(file, "weight_map value is not a file name", tensor, "the name of a shard",
                          describeJson(shard));
    index.file_of.emplace(tensor, shard.get<std::string>());
    return {};
}

} // namespace

Result<ShardIndex> readShardIndex(const fs::path& path) {
    JsonLimits limits;
    limits.max_bytes = kMaxIndexBytes;
    HEADLIGHT_ASSIGN(const Json json, readJsonFile(path, limits));
    const std::string file = path.string();
    if (!json.is_object())
        return indexError(file, "shard index is not a JSON object", "index", "an object", describeJson(json));
    const auto map = json.find("weight_map");
    if (map == json.end() || !map->is_object())
        return indexError(file, "shard index lacks its map", "weight_map",
                          "an object from tensor names to file names",
                          map == json.end() ? "nothing" : describeJson(*map));
    if (map->empty())
        return indexError(file, "shard index lists no tensor", "weight_map", "at least one tensor",
                          "an empty object");
    ShardIndex index;
    for (const auto& [tensor, shard] : map->items())
        HEADLIGHT_CHECK(addTensor(index, file, tensor, shard));
    std::set<std::string> files;
    for (const auto& [tensor, shard] : index.file_of)
        files.insert(shard);
    if (files.size() > kMaxShards)
        return indexError(file, "shard index lists too many files", "weight_map",
                          "at most " + std::to_string(kMaxShards), std::to_string(files.size()));
    for (const std::string& shard : files)
        HEADLIGHT_CHECK(checkShardPath(path, shard));
    index.files.assign(files.begin(), files.end());
    return index;
}

} // namespace headlight
