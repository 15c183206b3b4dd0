#include "core/checkpoint/model_folder.h"

#include "core/checkpoint/config_reader.h"
#include "core/checkpoint/regular_file.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace headlight {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCachePrefix = "models--";

/// An environment variable that is set and not empty.
std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

fs::path expandHome(const std::string& path) {
    const auto home = environment("HOME");
    return home && (path == "~" || path.starts_with("~/")) ? fs::path(*home + path.substr(1))
                                                           : fs::path(path);
}

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

/// Sub-folders of `folder`, sorted by name; none where it cannot be read.
std::vector<fs::path> subfolders(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code))
        if (isFolder(entry->path()))
            found.push_back(entry->path());
    std::ranges::sort(found);
    return found;
}

std::uint64_t weightBytes(const fs::path& folder) {
    std::uint64_t total = 0;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
        std::error_code size_code;
        const std::uint64_t size =
            entry->path().extension() == ".safetensors" ? fs::file_size(entry->path(), size_code) : 0;
        total += size_code ? 0 : size;
    }
    return total;
}

/// Empty where config.json is unreadable: opening the model says why.
std::string modelType(const fs::path& folder) {
    const auto config = ConfigReader::fromFile(folder / "config.json");
    if (!config.ok())
        return {};
    const auto type = config->text("model_type");
    return type.ok() ? *type : std::string();
}

ModelListing describe(std::string name, const fs::path& folder, ModelListing::Origin origin) {
    return {std::move(name), folder, origin, modelType(folder), weightBytes(folder)};
}

/// "models--openai-community--gpt2" -> "openai-community/gpt2"
std::string hubId(const std::string& cache_name) {
    std::string id = cache_name.substr(kCachePrefix.size());
    for (std::size_t at = id.find("--"); at != std::string::npos; at = id.find("--", at + 1))
        id.replace(at, 2, "/");
    return id;
}

fs::path cacheFolder(std::string id) {
    for (std::size_t at = id.find('/'); at != std::string::npos; at = id.find('/', at + 2))
        id.replace(at, 1, "--");
    return huggingFaceCacheRoot() / (std::string(kCachePrefix) + id);
}

/// The snapshot `refs/main` names, else the only complete one; nothing where there is none.
std::optional<fs::path> currentSnapshot(const fs::path& repository, ModelNeed need = ModelNeed::Config) {
    if (const auto file = RegularFile::open(repository / "refs" / "main"); file.ok() && file->size() <= 256) {
        if (const auto text = file->readAll(); text.ok()) {
            const std::string commit = text->substr(0, text->find_first_of(" \t\r\n"));
            const bool plain =
                !commit.empty() && commit.find('/') == std::string::npos && commit != "." && commit != "..";
            if (plain && looksLikeModel(repository / "snapshots" / commit, need))
                return repository / "snapshots" / commit;
        }
    }
    std::vector<fs::path> complete = subfolders(repository / "snapshots");
    std::erase_if(complete, [&](const fs::path& folder) { return !looksLikeModel(folder, need); });
    return complete.size() == 1 ? std::optional(complete.front()) : std::nullopt;
}

/// A hub id is "name" or "organisation/name" of letters, digits, '-', '_' and '.'.
bool couldBeHubId(const std::string& name) {
    const auto allowed = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '/';
    };
    return !name.empty() && std::ranges::all_of(name, allowed) && std::ranges::count(name, '/') <= 1 &&
           name.front() != '/' && name.front() != '.' && name.back() != '/' &&
           name.find("..") == std::string::npos;
}

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

std::string bundledNames() {
    std::string names;
    for (const ModelListing& model : listModels())
        if (model.origin == ModelListing::Origin::Bundled)
            names += (names.empty() ? "" : ", ") + model.name;
    return names.empty() ? "none found" : names;
}

Error folderWithoutConfig(const fs::path& folder) {
    Error error = makeError(ErrorKind::File, "folder holds no model")
                      .inFile(folder.string())
                      .atItem("config.json")
                      .butFound("a file config.json in it", "none");
    error.cause = isFile(folder / "tokenizer.json")
                      ? "Only the tokenizer is there; the download is incomplete"
                      : "This is not a model's folder, or one above it";
    std::string inside;
    for (const fs::path& child : subfolders(folder))
        if (looksLikeModel(child) && inside.size() < 200)
            inside += (inside.empty() ? "" : ", ") + child.string();
    error.next_step = inside.empty() ? "Give the folder that holds config.json and the weights"
                                     : "Models were found in " + inside;
    return error;
}

Error unknownModel(const std::string& name) {
    Error error = makeError(ErrorKind::File, "model not found").atItem(quoted(name));
    error.expected = "a bundled model (" + bundledNames() + "), a folder with a config.json";
    const bool hub = couldBeHubId(name);
    error.expected += hub ? " or a model in the Hugging Face cache" : "";
    error.found = "none of these";
    error.cause = hub ? "Looked for a folder of that name and for " + cacheFolder(name).string()
                      : "Looked for a folder of that name";
    error.next_step = hub ? "Check the spelling, or fetch it once with `huggingface-cli download " + name +
                                "`: Headlight uses no network"
                          : "Check the spelling";
    return error;
}

Result<ModelListing> findPath(const std::string& text, ModelNeed need) {
    fs::path path = expandHome(text);
    if (!path.has_filename() && path.has_relative_path()) // ends with a slash, and a model is called by its folder's name
        path = path.parent_path();
    const bool is_part =
        isFile(path) && (path.filename() == "config.json" || path.extension() == ".safetensors");
    if (is_part) // a file of the model was given in place of its folder
        path = path.has_parent_path() ? path.parent_path() : fs::path(".");
    else if (isFile(path))
        return makeError(ErrorKind::File, "not a model folder")
            .inFile(path.string())
            .butFound("a folder with config.json and weights", "a file")
            .nextStep("Give the folder the model lies in");
    if (!looksLikeModel(path, need))
        return folderWithoutConfig(path);
    return describe(path.string(), path, ModelListing::Origin::Folder);
}

} // namespace

std::vector<fs::path> bundledModelRoots() {
    std::vector<fs::path> candidates;
    if (const auto resources = environment("HEADLIGHT_RESOURCES"))
        candidates.push_back(fs::path(*resources) / "models");
    std::error_code code;
    const fs::path binary = fs::read_symlink("/proc/self/exe", code);
    if (!code)
        candidates.push_back(binary.parent_path().parent_path() / "share" / "headlight" / "models");
#ifdef HEADLIGHT_SOURCE_RESOURCES
    candidates.emplace_back(fs::path(HEADLIGHT_SOURCE_RESOURCES) / "models");
#endif
    std::erase_if(candidates, [](const fs::path& root) { return !isFolder(root); });
    return candidates;
}

fs::path huggingFaceCacheRoot() {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
        if (const auto cache = environment(name))
            return expandHome(*cache);
    if (const auto home = environment("HF_HOME"))
        return expandHome(*home) / "hub";
    if (const auto cache = environment("XDG_CACHE_HOME"))
        return expandHome(*cache) / "huggingface" / "hub";
    return expandHome("~/.cache/huggingface/hub");
}

std::vector<ModelListing> listModels() {
    std::vector<ModelListing> models;
    const auto known = [&](const std::string& name) {
        return std::ranges::any_of(models, [&](const auto& m) { return m.name == name; });
    };
    for (const fs::path& root : bundledModelRoots())
        for (const fs::path& folder : subfolders(root))
            if (looksLikeModel(folder) && !known(folder.filename().string())) // the first root wins
                models.push_back(describe(folder.filename().string(), folder, ModelListing::Origin::Bundled));
    std::ranges::sort(models, {}, &ModelListing::name);
    for (const fs::path& repository : subfolders(huggingFaceCacheRoot())) {
        const std::string cache_name = repository.filename().string();
        if (!cache_name.starts_with(kCachePrefix))
            continue;
        if (const auto snapshot = currentSnapshot(repository))
            models.push_back(describe(hubId(cache_name), *snapshot, ModelListing::Origin::HuggingFaceCache));
    }
    return models;
}

Result<ModelListing> findModel(const std::string& name_or_path, ModelNeed need) {
    if (name_or_path.empty() || name_or_path.find('\0') != std::string::npos)
        return makeError(ErrorKind::Usage, "no model named")
            .nextStep("Give a bundled name (" + bundledNames() + "), a folder or a hub id");
    // A shell completes a folder's name with a slash; without such a folder it is a name.
    if (name_or_path.size() > 1 && name_or_path.back() == '/') {
        const std::string name = name_or_path.substr(0, name_or_path.find_last_not_of('/') + 1);
        std::error_code unreadable;
        if (!name.empty() && !fs::exists(expandHome(name), unreadable))
            return findModel(name, need);
    }
    const bool plain_name =
        name_or_path.find('/') == std::string::npos && name_or_path != "." && name_or_path != "..";
    if (plain_name)
        for (const fs::path& root : bundledModelRoots())
            if (looksLikeModel(root / name_or_path, need))
                return describe(name_or_path, root / name_or_path, ModelListing::Origin::Bundled);
    std::error_code code;
    const fs::path path = expandHome(name_or_path);
    const bool on_disk = fs::exists(fs::symlink_status(path, code));
    if (on_disk && (looksLikeModel(path, need) || isFile(path) || !couldBeHubId(name_or_path)))
        return findPath(name_or_path, need);
    if (couldBeHubId(name_or_path)) {
        const fs::path repository = cacheFolder(name_or_path);
        if (const auto snapshot = currentSnapshot(repository, need))
            return describe(name_or_path, *snapshot, ModelListing::Origin::HuggingFaceCache);
        if (isFolder(repository) && !on_disk)
            return makeError(ErrorKind::File, "model is in the Hugging Face cache, but incomplete")
                .inFile(repository.string())
                .atItem(quoted(name_or_path))
                .butFound("a snapshot with config.json", "none that refs/main names")
                .because("A download was interrupted")
                .nextStep("Fetch it again with `huggingface-cli download " + name_or_path + "`");
    }
    return on_disk ? findPath(name_or_path, need) : Result<ModelListing>(unknownModel(name_or_path));
}

} // namespace headlight
