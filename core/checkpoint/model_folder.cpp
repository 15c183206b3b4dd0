#include "core/checkpoint/model_folder.h"

#include "core/checkpoint/hub_cache.h"
#include "core/checkpoint/model_errors.h"
#include "core/checkpoint/quantization.h"
#include "core/checkpoint/weight_files.h"

#include <algorithm>
#include <optional>

namespace headlight {

namespace fs = std::filesystem;

namespace {

bool isFile(const fs::path& path) {
    std::error_code code;
    return fs::is_regular_file(path, code);
}

bool isFolder(const fs::path& path) {
    std::error_code code;
    return fs::is_directory(path, code);
}

bool looksLikeModel(const fs::path& folder, ModelNeed need = ModelNeed::Config) {
    if (isFile(folder / "config.json"))
        return true;
    return need == ModelNeed::Tokenizer &&
           std::ranges::any_of(
               std::initializer_list<const char*>{"tokenizer.json", "vocab.json", "vocab.txt"},
               [&](const char* name) { return isFile(folder / name); });
}

SnapshotTest usableFor(ModelNeed need) {
    return [need](const fs::path& folder) { return looksLikeModel(folder, need); };
}

/// Empty where config.json does not say: opening the model says why.
std::string modelType(const ConfigReader& config) {
    if (const auto type = config.textOr("model_type", ""); type.ok() && !type->empty())
        return *type;
    const auto architectures = config.textList("architectures");
    return architectures.ok() && !architectures->empty() ? architectures->front() : std::string();
}

/// What config.json speaks against, else what the weights do.
/// A stranger's words in a list: control characters would break its lines.
std::string onOneLine(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    return text;
}

std::string obstacleOf(const fs::path& folder, const Result<ConfigReader>& config,
                       const WeightSurvey& weights, const ConfigJudge& judge) {
    if (!config.ok()) {
        const std::string what =
            isFile(folder / "config.json") ? std::string() : recogniseFolder(folder).what;
        return !what.empty() ? what : "config.json: " + config.error().summary;
    }
    if (const std::string quantized = quantizationName(*config); !quantized.empty())
        return "quantized (" + quantized + ")";
    const std::string unknown = judge ? judge(*config) : std::string();
    return !unknown.empty() ? unknown : weights.obstacle;
}

ModelListing describeCached(std::string name, const fs::path& repository, const fs::path& snapshot,
                            const ConfigJudge& judge) {
    ModelListing listing =
        describeModel(std::move(name), snapshot, ModelListing::Origin::HuggingFaceCache, judge);
    listing.disk_bytes = repositoryBytes(repository);
    const bool lacks_something =
        listing.obstacle == "no weights" || listing.obstacle.starts_with("shard is missing");
    if (lacks_something && hasUnfinishedDownloads(repository))
        listing.obstacle = "download incomplete: " + listing.obstacle;
    return listing;
}

/// A repository without a snapshot that could be opened; nothing where there is nothing to tell.
void addUnusable(const CachedRepository& repository, std::vector<ModelListing>& models) {
    const std::vector<fs::path> snapshots = subfolders(repository.folder / "snapshots");
    const fs::path folder = snapshots.empty() ? repository.folder : snapshots.front();
    std::string what =
        hasUnfinishedDownloads(repository.folder) ? "download incomplete" : recogniseFolder(folder).what;
    std::error_code code;
    const fs::directory_iterator readable(repository.folder, code);
    if (code)
        what = "cannot be read: " + code.message();
    if (what.empty() && snapshots.empty())
        return; // huggingface_hub only noted that it looked for something here
    models.push_back({repository.id, folder, ModelListing::Origin::HuggingFaceCache, "", 0,
                      repositoryBytes(repository.folder), what.empty() ? "no config.json" : what});
}

void addCached(const CachedRepository& repository, const ConfigJudge& judge,
               std::vector<ModelListing>& models) {
    const SnapshotTest usable = usableFor(ModelNeed::Config);
    const auto main = findSnapshot(repository.folder, "", usable);
    if (!main)
        return addUnusable(repository, models);
    models.push_back(describeCached(repository.id, repository.folder, *main, judge));
    std::vector<fs::path> listed{*main};
    for (const std::string& revision : namedRevisions(repository.folder)) {
        const auto snapshot = findSnapshot(repository.folder, revision, usable);
        if (!snapshot || std::ranges::find(listed, *snapshot) != listed.end())
            continue;
        models.push_back(describeCached(repository.id + "@" + revision, repository.folder, *snapshot, judge));
        listed.push_back(*snapshot);
    }
}

Result<ModelListing> findPath(const std::string& text, ModelNeed need) {
    fs::path path = expandHome(text);
    if (!path.has_filename() &&
        path.has_relative_path()) // ends with a slash, and a model is called by its folder's name
        path = path.parent_path();
    const bool is_part =
        isFile(path) && (path.filename() == "config.json" || path.extension() == ".safetensors");
    if (is_part) // a file of the model was given in place of its folder
        path = path.has_parent_path() ? path.parent_path() : fs::path(".");
    else if (isFile(path))
        return fileInPlaceOfFolder(path);
    if (!looksLikeModel(path, need)) {
        std::vector<fs::path> inside = subfolders(path);
        std::erase_if(inside, [](const fs::path& child) { return !looksLikeModel(child); });
        return folderWithoutConfig(path, inside);
    }
    return describeModel(path.string(), path, ModelListing::Origin::Folder);
}

/// A place where models are: what was found there, or what went wrong; nothing: look elsewhere.
using Finding = std::optional<Result<ModelListing>>;

Finding findBundled(const std::string& name, ModelNeed need) {
    const bool plain = name.find('/') == std::string::npos && name != "." && name != "..";
    if (plain)
        for (const fs::path& root : bundledModelRoots())
            if (looksLikeModel(root / name, need))
                return describeModel(name, root / name, ModelListing::Origin::Bundled);
    return std::nullopt;
}

/// `gpt2` for the one cached model whose id ends in /gpt2.
Finding findByEnding(const HubName& name, ModelNeed need) {
    std::vector<std::string> ids;
    std::optional<fs::path> found;
    for (const CachedRepository& repository : cachedRepositories()) {
        if (name.id.find('/') != std::string::npos || !repository.id.ends_with("/" + name.id))
            continue;
        if (const auto snapshot = findSnapshot(repository.folder, name.revision, usableFor(need))) {
            ids.push_back(repository.id);
            found = snapshot;
        }
    }
    if (ids.size() > 1)
        return severalModels(name.id, ids);
    if (!found)
        return std::nullopt;
    const std::string revision = name.revision.empty() ? "" : "@" + name.revision;
    return describeModel(ids.front() + revision, *found, ModelListing::Origin::HuggingFaceCache);
}

Finding findCached(const std::string& text, ModelNeed need) {
    const std::optional<HubName> name = parseHubName(text);
    if (!name)
        return std::nullopt;
    const fs::path repository = cacheFolderOf(name->id);
    if (const auto snapshot = findSnapshot(repository, name->revision, usableFor(need)))
        return describeModel(text, *snapshot, ModelListing::Origin::HuggingFaceCache);
    Finding by_ending = findByEnding(*name, need);
    return by_ending || !isFolder(repository) ? by_ending : unusableInCache(*name, repository);
}

std::vector<std::string> bundledNames() {
    std::vector<std::string> names;
    for (const fs::path& root : bundledModelRoots())
        for (const fs::path& folder : subfolders(root))
            if (looksLikeModel(folder) && std::ranges::find(names, folder.filename().string()) == names.end())
                names.push_back(folder.filename().string());
    return names;
}

} // namespace

std::vector<fs::path> bundledModelRoots() { return bundledRoots("models"); }

std::vector<fs::path> bundledRoots(const std::string& sort) {
    std::vector<fs::path> candidates;
    if (const auto resources = environmentVariable("HEADLIGHT_RESOURCES"))
        candidates.push_back(fs::path(*resources) / sort);
    std::error_code code;
    const fs::path binary = fs::read_symlink("/proc/self/exe", code);
    if (!code)
        candidates.push_back(binary.parent_path().parent_path() / "share" / "headlight" / sort);
#ifdef HEADLIGHT_SOURCE_RESOURCES
    candidates.emplace_back(fs::path(HEADLIGHT_SOURCE_RESOURCES) / sort);
#endif
    std::erase_if(candidates, [](const fs::path& root) { return !isFolder(root); });
    return candidates;
}

ModelListing describeModel(std::string name, const fs::path& folder, ModelListing::Origin origin,
                           const ConfigJudge& judge) {
    const auto config = ConfigReader::fromFile(folder / "config.json");
    const WeightSurvey weights = surveyWeights(folder);
    return {std::move(name),
            folder,
            origin,
            config.ok() ? onOneLine(modelType(*config)) : std::string(),
            weights.bytes,
            bytesOfFiles(folder),
            onOneLine(obstacleOf(folder, config, weights, judge))};
}

std::vector<ModelListing> listModels(const ConfigJudge& judge) {
    std::vector<ModelListing> models;
    for (const fs::path& root : bundledModelRoots())
        for (const fs::path& folder : subfolders(root)) {
            const std::string name = folder.filename().string();
            if (looksLikeModel(folder) &&
                std::ranges::find(models, name, &ModelListing::name) == models.end()) // the first root wins
                models.push_back(describeModel(name, folder, ModelListing::Origin::Bundled, judge));
        }
    std::ranges::sort(models, {}, &ModelListing::name);
    for (const CachedRepository& repository : cachedRepositories())
        addCached(repository, judge, models);
    return models;
}

Result<ModelListing> findModel(const std::string& name_or_path, ModelNeed need) {
    if (name_or_path.empty() || name_or_path.find('\0') != std::string::npos)
        return noModelNamed(bundledNames());
    // A shell completes a folder's name with a slash; without such a folder it is a name.
    if (name_or_path.size() > 1 && name_or_path.back() == '/') {
        const std::string name = name_or_path.substr(0, name_or_path.find_last_not_of('/') + 1);
        std::error_code unreadable;
        if (!name.empty() && !fs::exists(expandHome(name), unreadable))
            return findModel(name, need);
    }
    if (Finding bundled = findBundled(name_or_path, need))
        return *std::move(bundled);
    std::error_code code;
    const fs::path path = expandHome(name_or_path);
    const bool on_disk = fs::exists(fs::symlink_status(path, code));
    if (on_disk && (looksLikeModel(path, need) || isFile(path)))
        return findPath(name_or_path, need);
    if (Finding cached = findCached(name_or_path, need); cached && (cached->ok() || !on_disk))
        return *std::move(cached);
    return on_disk ? findPath(name_or_path, need)
                   : Result<ModelListing>(unknownModel(name_or_path, bundledNames()));
}

} // namespace headlight
