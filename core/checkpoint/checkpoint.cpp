#include "core/checkpoint/checkpoint.h"

#include "core/checkpoint/identity.h"
#include "core/checkpoint/shard_index.h"
#include "core/checkpoint/weight_files.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

namespace headlight {

namespace fs = std::filesystem;

namespace {

Error folderError(const fs::path& folder, const std::error_code& code, fs::file_type type) {
    Error error = makeError(ErrorKind::File, "model folder cannot be opened").inFile(folder.string());
    error.expected = "a folder";
    error.found = code && type == fs::file_type::none ? code.message()
                  : type == fs::file_type::not_found  ? "nothing"
                                                      : "a file";
    error.cause = type == fs::file_type::not_found ? "The path is misspelt, or the folder was moved" : "";
    error.next_step = "Give the folder that holds config.json and model.safetensors";
    return error;
}

} // namespace

struct Checkpoint::Warnings {
    std::mutex mutex;
    std::set<std::string> sentences; // a set: a tensor read twice is mentioned once
};

Checkpoint::Checkpoint(fs::path folder)
    : folder_(std::move(folder))
    , warnings_(std::make_unique<Warnings>()) {}
Checkpoint::~Checkpoint() = default;

Result<std::shared_ptr<const Checkpoint>> Checkpoint::open(const fs::path& folder) {
    std::error_code code;
    const fs::file_status status = fs::status(folder, code);
    if (!fs::is_directory(status))
        return folderError(folder, code, status.type());
    std::shared_ptr<Checkpoint> checkpoint(new Checkpoint(folder));
    // symlink_status: a broken link is there, and opening it says that its target is not.
    if (fs::exists(fs::symlink_status(folder / kSingleName, code)))
        HEADLIGHT_CHECK(checkpoint->addFile(folder / kSingleName));
    else if (fs::exists(fs::symlink_status(folder / kIndexName, code)))
        HEADLIGHT_CHECK(checkpoint->openShards(folder / kIndexName));
    else
        return noWeights(folder);
    HEADLIGHT_CHECK(checkpoint->sortTensors());
    return std::shared_ptr<const Checkpoint>(std::move(checkpoint));
}

Result<void> Checkpoint::addFile(const fs::path& path) {
    HEADLIGHT_ASSIGN(auto file, SafetensorsFile::open(path));
    for (const SafetensorsEntry& entry : file->entries())
        tensors_.emplace_back(entry.name, Location{files_.size(), &entry});
    files_.push_back(std::move(file));
    return {};
}

Result<void> Checkpoint::openShards(const fs::path& index_path) {
    HEADLIGHT_ASSIGN(const ShardIndex index, readShardIndex(index_path));
    std::map<std::string, const SafetensorsFile*> opened;
    for (const std::string& name : index.files) {
        HEADLIGHT_CHECK(addFile(folder_ / name));
        opened[name] = files_.back().get();
    }
    for (const auto& [tensor, file] : index.file_of)
        if (!opened[file]->find(tensor))
            return makeError(ErrorKind::Weights, "tensor is not in the shard the index names")
                .inFile((folder_ / file).string())
                .atItem(tensor)
                .butFound("it in " + file, "no such tensor there")
                .because("Index and shards come from different versions of the model")
                .nextStep("Fetch the index and all shards again from one place");
    for (const auto& [tensor, location] : tensors_)
        if (!index.file_of.contains(std::string(tensor)))
            warn(std::string(tensor) + " in " + files_[location.file]->path().filename().string() +
                 " is not listed in " + kIndexName);
    return {};
}

Result<void> Checkpoint::sortTensors() {
    std::ranges::sort(tensors_, {}, [](const auto& tensor) { return tensor.first; });
    const auto twice =
        std::ranges::adjacent_find(tensors_, {}, [](const auto& tensor) { return tensor.first; });
    if (twice == tensors_.end())
        return {};
    const auto fileName = [&](const auto& tensor) {
        return files_[tensor->second.file]->path().filename().string();
    };
    return makeError(ErrorKind::Weights, "tensor is in two shards")
        .inFile(folder_.string())
        .atItem(std::string(twice->first))
        .butFound("it in one file", "it in " + fileName(twice) + " and " + fileName(twice + 1))
        .because("Shards of two versions of the model are mixed")
        .nextStep("Fetch the index and all shards again from one place");
}

std::vector<std::string> Checkpoint::names() const {
    std::vector<std::string> all;
    all.reserve(tensors_.size());
    for (const auto& [name, location] : tensors_)
        all.emplace_back(name);
    return all;
}

const Checkpoint::Location* Checkpoint::locate(std::string_view name) const {
    const auto place =
        std::ranges::lower_bound(tensors_, name, {}, [](const auto& tensor) { return tensor.first; });
    return place != tensors_.end() && place->first == name ? &place->second : nullptr;
}

bool Checkpoint::contains(std::string_view name) const {
    return locate(name) != nullptr;
}

const SafetensorsEntry* Checkpoint::find(std::string_view name) const {
    const Location* location = locate(name);
    return location ? location->entry : nullptr;
}

std::string Checkpoint::fileOf(std::string_view name) const {
    const Location* location = locate(name);
    return location ? files_[location->file]->path().filename().string() : std::string();
}

std::uint64_t Checkpoint::totalBytes() const {
    std::uint64_t total = 0;
    for (const auto& [name, location] : tensors_)
        total += location.entry->size_bytes;
    return total;
}

DType Checkpoint::mostCommonDType() const {
    std::map<DType, std::uint64_t> bytes;
    for (const auto& [name, location] : tensors_)
        bytes[location.entry->dtype] += location.entry->size_bytes;
    const auto most = std::ranges::max_element(bytes, {}, [](const auto& row) { return row.second; });
    return most == bytes.end() ? DType::F32 : most->first;
}

Result<Tensor> Checkpoint::read(std::string_view name) const {
    const Location* location = locate(name);
    if (!location)
        return makeError(ErrorKind::Weights, "tensor is missing")
            .inFile(files_.size() == 1 ? files_.front()->path().string() : folder_.string())
            .atItem(std::string(name))
            .butFound("a tensor of that name", "none")
            .because("The weights belong to another kind of model than config.json says, or are incomplete")
            .nextStep("Take config.json and the weights from one place");
    bool finite = true;
    HEADLIGHT_ASSIGN(Tensor tensor, files_[location->file]->read(*location->entry, finite));
    if (!finite)
        warn(std::string(name) + " in " + fileOf(name) + " contains NaN or infinity: results may be NaN too");
    return tensor;
}

Result<std::string> Checkpoint::identityHash() const {
    return checkpointIdentity(folder_ / "config.json", files_);
}

void Checkpoint::warn(std::string sentence) const {
    const std::lock_guard lock(warnings_->mutex);
    warnings_->sentences.insert(std::move(sentence));
}

std::vector<std::string> Checkpoint::warnings() const {
    const std::lock_guard lock(warnings_->mutex);
    return {warnings_->sentences.begin(), warnings_->sentences.end()};
}

} // namespace headlight
