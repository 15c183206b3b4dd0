#include "core/checkpoint/model_errors.h"

#include "core/checkpoint/file_kind.h"
#include "core/checkpoint/regular_file.h"
#include "core/checkpoint/weight_files.h"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace headlight {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestList = 200;

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

/// "a, b, c"; cut where it gets long.
std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        if (text.size() > kLongestList)
            return text + ", ...";
        text += (text.empty() ? "" : ", ") + name;
    }
    return text.empty() ? "none found" : text;
}

std::string downloadCommand(const HubName& name) {
    const std::string revision = name.revision.empty() ? "" : " --revision " + name.revision;
    return "`hf download " + name.id + revision + "` (in older huggingface_hub: huggingface-cli download)";
}

FileKind kindOf(const fs::path& path) {
    const auto file = RegularFile::open(path);
    std::array<char, 512> bytes{};
    const ssize_t count = file.ok() ? ::pread(file->descriptor(), bytes.data(), bytes.size(), 0) : 0;
    return recognizeFile({bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0});
}

} // namespace

Error noModelNamed(const std::vector<std::string>& bundled) {
    return makeError(ErrorKind::Usage, "no model named")
        .nextStep("Give a bundled name (" + listed(bundled) + "), a folder or a hub id");
}

Error unknownModel(const std::string& name, const std::vector<std::string>& bundled) {
    Error error = makeError(ErrorKind::File, "model not found").atItem(quoted(name));
    error.expected = "a bundled model (" + listed(bundled) + "), a folder with a config.json";
    const auto hub = parseHubName(name);
    error.expected += hub ? " or a model in the Hugging Face cache" : "";
    error.found = "none of these";
    error.cause = hub ? "Looked for a folder of that name and for " + cacheFolderOf(hub->id).string()
                      : "Looked for a folder of that name";
    error.next_step = hub ? "Check the spelling, or fetch it once with " + downloadCommand(*hub) +
                                ": Headlight uses no network"
                          : "Check the spelling";
    return error;
}

Error folderWithoutConfig(const fs::path& folder, const std::vector<fs::path>& models_inside) {
    const FolderWithoutConfig known = recogniseFolder(folder);
    Error error = makeError(ErrorKind::File, "folder holds no model")
                      .inFile(folder.string())
                      .atItem("config.json")
                      .butFound("a file config.json in it", known.what.empty() ? "none" : known.what);
    error.cause = known.cause.empty() ? "This is not a model's folder, or one above it" : known.cause;
    std::error_code code;
    const fs::directory_iterator readable(folder, code);
    if (code && fs::exists(folder, code)) {
        error.summary = "folder cannot be read";
        error.found = code.message();
        error.cause = "It belongs to someone else, or lies on a disk that does not answer";
        error.next_step = "Give yourself the right to read it";
        return error;
    }
    std::vector<std::string> inside;
    for (const fs::path& child : models_inside)
        inside.push_back(child.string());
    error.next_step = !inside.empty()           ? "Models were found in " + listed(inside)
                      : known.next_step.empty() ? "Give the folder that holds config.json and the weights"
                                                : known.next_step;
    return error;
}

Error fileInPlaceOfFolder(const fs::path& path) {
    const FileKind kind = kindOf(path);
    Error error = makeError(ErrorKind::File, "not a model folder")
                      .inFile(path.string())
                      .butFound("a folder with config.json and weights",
                                kind == FileKind::Unknown ? "a file" : fileKindText(kind));
    const bool pickle = kind == FileKind::Zip || kind == FileKind::Pickle;
    const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
    error.next_step = pickle ? howToConvertPyTorch(folder) : fileKindNextStep(kind);
    if (error.next_step.empty())
        error.next_step = "Give the folder the model lies in";
    return error;
}

Error severalModels(const std::string& name, const std::vector<std::string>& ids) {
    return makeError(ErrorKind::Usage, "several models in the Hugging Face cache are called " + quoted(name))
        .atItem(quoted(name))
        .butFound("the end of one id", listed(ids))
        .nextStep("Give the whole id: " + ids.front());
}

Error unusableInCache(const HubName& name, const fs::path& repository) {
    const std::vector<fs::path> snapshots = subfolders(repository / "snapshots");
    const FolderWithoutConfig known =
        snapshots.empty() ? FolderWithoutConfig{} : recogniseFolder(snapshots.front());
    Error error = makeError(ErrorKind::File, "model is in the Hugging Face cache, but incomplete")
                      .inFile(repository.string())
                      .atItem(quoted(name.id + (name.revision.empty() ? "" : "@" + name.revision)));
    error.expected = "a snapshot with config.json";
    error.found = known.what.empty() ? (snapshots.empty() ? "no snapshot" : "none that has one") : known.what;
    error.cause =
        !known.cause.empty() ? known.cause : "A download was interrupted, or only some files were fetched";
    error.next_step =
        !known.next_step.empty() ? known.next_step : "Fetch it again with " + downloadCommand(name);
    if (!name.revision.empty()) {
        error.summary = "the Hugging Face cache has no such revision of the model";
        error.cause = "Revisions there: " + listed(namedRevisions(repository));
        error.next_step =
            "Name one of them or the beginning of a commit, or fetch it with " + downloadCommand(name);
    }
    return error;
}

} // namespace headlight
