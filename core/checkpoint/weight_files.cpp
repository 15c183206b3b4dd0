#include "core/checkpoint/weight_files.h"

#include "core/checkpoint/config_reader.h"
#include "core/checkpoint/file_kind.h"
#include "core/checkpoint/regular_file.h"
#include "core/checkpoint/shard_index.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <vector>

namespace headlight {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxEntries = 10'000; ///< looked at in one folder

/// Other weight files people have, most telling first: the end of the name, what it is, how to go on.
struct OtherWeights {
    std::string_view ending;
    const char* what;
    const char* in_short; ///< for a listing
    enum class Kind { PyTorch, TensorFlow, Adapter, Shard, Other } kind;
    const char* next_step; ///< of Other
};
using Kind = OtherWeights::Kind;
constexpr const char* kGetSafetensors = "Get the model's safetensors or PyTorch weights";
constexpr OtherWeights kOtherWeights[] = {
    {"pytorch_model.bin", "PyTorch weights (pytorch_model.bin)", "PyTorch weights only", Kind::PyTorch,
     nullptr},
    {"pytorch_model.bin.index.json", "sharded PyTorch weights (pytorch_model.bin.index.json)",
     "PyTorch weights only", Kind::PyTorch, nullptr},
    {"adapter_model.safetensors", "an adapter's weights (adapter_model.safetensors)",
     "an adapter, not a whole model", Kind::Adapter, nullptr},
    {"adapter_model.bin", "an adapter's weights (adapter_model.bin)", "an adapter, not a whole model",
     Kind::Adapter, nullptr},
    {"-of-*.safetensors", "shards without their index", "shards without model.safetensors.index.json",
     Kind::Shard, nullptr},
    {".safetensors", "a safetensors file of another name", "no model.safetensors", Kind::Other,
     "Rename it to model.safetensors if it holds the whole model"},
    {".gguf", "a GGUF file", "GGUF weights only", Kind::Other,
     "Get the model's original safetensors weights; GGUF files are made for llama.cpp"},
    {"tf_model.h5", "TensorFlow weights (tf_model.h5)", "TensorFlow weights only", Kind::TensorFlow, nullptr},
    {".msgpack", "Flax weights", "Flax weights only", Kind::Other, kGetSafetensors},
    {".onnx", "an ONNX model", "ONNX weights only", Kind::Other,
     "Get the model's safetensors or PyTorch weights: an ONNX file is a compiled graph, whose attention "
     "cannot be told apart"},
    {".pth", "a PyTorch file", "PyTorch weights only", Kind::PyTorch, nullptr},
    {".pt", "a PyTorch file", "PyTorch weights only", Kind::PyTorch, nullptr},
    {".ckpt", "a training checkpoint", "PyTorch weights only", Kind::PyTorch, nullptr},
    {".bin", "a .bin file, perhaps PyTorch weights", "PyTorch weights only", Kind::PyTorch, nullptr},
};

/// File names in a folder, sorted: the same message whatever order the disk gives.
std::vector<std::string> namesIn(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end && names.size() < kMaxEntries;
         entry.increment(code))
        names.push_back(entry->path().filename().string());
    std::ranges::sort(names);
    return names;
}

bool matches(const std::string& name, const OtherWeights& other) {
    if (other.kind == Kind::Shard)
        return name.ends_with(".safetensors") && name.find("-of-") != std::string::npos;
    return name.ends_with(other.ending);
}

const OtherWeights* findOtherWeights(const std::vector<std::string>& names, std::string& name) {
    for (const OtherWeights& other : kOtherWeights)
        for (const std::string& candidate : names)
            if (matches(candidate, other)) {
                name = candidate;
                return &other;
            }
    return nullptr;
}

std::uint64_t fileBytes(const fs::path& path) {
    std::error_code code;
    const std::uint64_t size = fs::file_size(path, code);
    return code ? 0 : size;
}

/// All files of a kind: shards count together.
std::uint64_t bytesOfKind(const fs::path& folder, const std::vector<std::string>& names,
                          const OtherWeights& other) {
    const bool sharded_pytorch = other.ending == "pytorch_model.bin.index.json";
    std::uint64_t total = 0;
    for (const std::string& name : names)
        total += matches(name, other) || (sharded_pytorch && name.ends_with(".bin"))
                     ? fileBytes(folder / name)
                     : 0;
    return total;
}

std::string adapterBase(const fs::path& folder) {
    const auto config = ConfigReader::fromFile(folder / "adapter_config.json");
    const auto base =
        config.ok() ? config->textOr("base_model_name_or_path", "") : Result<std::string>(std::string());
    return base.ok() ? *base : std::string();
}

std::string howToMerge(const fs::path& folder) {
    const std::string base = adapterBase(folder);
    return "Merge it once with Python into its base model" + (base.empty() ? "" : " " + base) +
           ": `from peft import AutoPeftModelForCausalLM; AutoPeftModelForCausalLM.from_pretrained('" +
           folder.string() + "').merge_and_unload().save_pretrained('MERGED')`, and open the folder MERGED";
}

std::string howToConvertTensorFlow(const std::string& folder) {
    return "Get the model's safetensors weights, or convert these once with Python and transformers 4: `from "
           "transformers import "
           "AutoModel; AutoModel.from_pretrained('" +
           folder + "', from_tf=True).save_pretrained('" + folder +
           "')`, "
           "with the class of the model's own head in place of AutoModel";
}

void explain(Error& error, const OtherWeights& other, const fs::path& folder) {
    error.summary = "no safetensors weights under the usual name";
    error.next_step = other.next_step ? other.next_step : "";
    switch (other.kind) {
    case Kind::PyTorch:
        error.summary = "weights are in a format that can run code when opened";
        error.cause = "PyTorch files are Python pickles; Headlight reads safetensors only";
        error.next_step = howToConvertPyTorch(folder.string());
        return;
    case Kind::TensorFlow:
        error.cause = "The model was published for TensorFlow; Headlight reads safetensors only";
        error.next_step = howToConvertTensorFlow(folder.string());
        return;
    case Kind::Adapter:
        error.summary = "the folder holds an adapter, not a whole model";
        error.cause = "A fine-tuning (LoRA or alike) was saved as what it changes in its base model";
        error.next_step = howToMerge(folder);
        return;
    case Kind::Shard:
        error.summary = "shards lack their index";
        error.item = kIndexName;
        error.cause = "The download is incomplete: the index says which tensor is in which shard";
        error.next_step = std::string("Fetch ") + kIndexName + " into the folder";
        return;
    case Kind::Other:
        return;
    }
}

/// A file that is small or strange enough to be something else than it is called.
std::string fileObstacle(const fs::path& path) {
    const auto file = RegularFile::open(path);
    if (!file.ok()) {
        std::error_code code;
        const bool broken_link = fs::is_symlink(path, code) && !fs::exists(path, code);
        return path.filename().string() + (broken_link ? " is a broken link" : ": " + file.error().summary);
    }
    constexpr std::uint64_t kPointerBytes = 1024; // a Git LFS pointer has some 130
    if (file->size() == 0)
        return path.filename().string() + " is empty";
    if (file->size() > kPointerBytes)
        return {};
    const auto text = file->readAll();
    const FileKind kind = text.ok() ? recognizeFile(*text) : FileKind::Unknown;
    return kind == FileKind::Unknown ? std::string() : path.filename().string() + " is " + fileKindText(kind);
}

WeightSurvey surveyShards(const fs::path& folder) {
    WeightSurvey survey;
    const auto index = readShardIndex(folder / kIndexName);
    if (!index.ok()) {
        survey.obstacle = index.error().summary;
        if (index.error().summary.starts_with("shard"))
            survey.obstacle += ": " + index.error().item;
        for (const std::string& name : namesIn(folder))
            survey.bytes += name.ends_with(".safetensors") ? fileBytes(folder / name) : 0;
        return survey;
    }
    for (const std::string& name : index->files) {
        survey.bytes += fileBytes(folder / name);
        if (survey.obstacle.empty())
            survey.obstacle = fileObstacle(folder / name);
    }
    return survey;
}

} // namespace

WeightSurvey surveyWeights(const fs::path& folder) {
    std::error_code code;
    if (fs::exists(fs::symlink_status(folder / kSingleName, code)))
        return {fileBytes(folder / kSingleName), fileObstacle(folder / kSingleName)};
    if (fs::exists(fs::symlink_status(folder / kIndexName, code)))
        return surveyShards(folder);
    const std::vector<std::string> names = namesIn(folder);
    std::string name;
    if (const OtherWeights* other = findOtherWeights(names, name))
        return {bytesOfKind(folder, names, *other), other->in_short};
    return {0, "no weights"};
}

Error noWeights(const fs::path& folder) {
    Error error = makeError(ErrorKind::Weights, "no safetensors weights").inFile(folder.string());
    error.expected = std::string(kSingleName) + " or " + kIndexName;
    std::string name;
    if (const OtherWeights* other = findOtherWeights(namesIn(folder), name)) {
        error.item = name;
        error.found = other->what;
        explain(error, *other, folder);
        return error;
    }
    error.found = "no weight file";
    error.cause = "The download is incomplete, or this is not a model's folder";
    error.next_step = "Fetch the weights into that folder";
    return error;
}

FolderWithoutConfig recogniseFolder(const fs::path& folder) {
    const std::vector<std::string> names = namesIn(folder);
    const auto has = [&](const char* name) { return std::ranges::binary_search(names, name); };
    const auto ends = [&](std::string_view ending) {
        return std::ranges::any_of(names, [&](const std::string& name) { return name.ends_with(ending); });
    };
    if (has("adapter_config.json")) {
        const std::string base = adapterBase(folder);
        return {"an adapter" + (base.empty() ? "" : " for " + base) + ", not a whole model",
                "A fine-tuning (LoRA or alike) was saved as what it changes in its base model",
                howToMerge(folder)};
    }
    if (has("model_index.json"))
        return {"a diffusion pipeline",
                "It makes pictures out of several models, of which Headlight can run none as a whole",
                "Open the folder of a text model"};
    if (has("params.json") && ends(".pth"))
        return {"Llama weights as Meta publishes them", "This is not the Hugging Face layout",
                "Get the model from the Hugging Face hub, or convert it once with transformers' "
                "convert_llama_weights_to_hf.py"};
    std::string name;
    if (const OtherWeights* other = findOtherWeights(names, name);
        other != nullptr && other->ending != ".bin") {
        Error error;
        explain(error, *other, folder);
        return {other->what,
                "Only " + name + " is there, without the config.json that says how the model is built",
                error.next_step};
    }
    if (ends(".incomplete"))
        return {"an interrupted download", "The download was interrupted", "Fetch the model again"};
    if (has("tokenizer.json"))
        return {"a tokenizer", "Only the tokenizer is there; the download is incomplete", {}};
    return {};
}

std::uint64_t bytesOfFiles(const fs::path& folder) {
    std::uint64_t total = 0;
    std::set<std::pair<dev_t, ino_t>> linked;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
        struct stat status {};
        if (::lstat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        if (status.st_nlink == 1 || linked.emplace(status.st_dev, status.st_ino).second)
            total += static_cast<std::uint64_t>(status.st_size);
    }
    return total;
}

} // namespace headlight
