#include "core/checkpoint/hub_cache.h"

#include "core/checkpoint/regular_file.h"
#include "core/checkpoint/weight_files.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace headlight {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "models--";
constexpr std::size_t kShortestCommit = 4;
constexpr std::size_t kMaxRefs = 1'000;

bool isWordCharacter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// $NAME and ${NAME}; a name that is not set stays as it is, as in Python's expandvars.
std::string expandVariables(const std::string& text) {
    std::string expanded;
    for (std::size_t at = 0; at < text.size();) {
        const bool braced = text.compare(at, 2, "${") == 0;
        const std::size_t begin = at + (braced ? 2 : 1);
        std::size_t end = begin;
        while (text[at] == '$' && end < text.size() && isWordCharacter(text[end]))
            ++end;
        const bool whole =
            end > begin && text[at] == '$' && (!braced || (end < text.size() && text[end] == '}'));
        const char* const value = whole ? std::getenv(text.substr(begin, end - begin).c_str()) : nullptr;
        expanded += value ? std::string(value) : std::string(1, text[at]);
        at = value ? end + (braced ? 1 : 0) : at + 1;
    }
    return expanded;
}

/// "models--openai-community--gpt2" -> "openai-community/gpt2"
std::string hubId(const std::string& folder_name) {
    std::string id = folder_name.substr(kPrefix.size());
    if (const std::size_t at = id.find("--"); at != std::string::npos)
        id.replace(at, 2, "/");
    return id;
}

/// A revision's commit, "" where there is none. `name` never leaves refs/.
std::string commitOf(const fs::path& repository, const std::string& name) {
    const fs::path relative(name);
    if (relative.is_absolute() || std::ranges::find(relative, fs::path("..")) != relative.end())
        return {};
    const auto file = RegularFile::open(repository / "refs" / relative);
    if (!file.ok() || file->size() > 256)
        return {};
    const auto text = file->readAll();
    const std::string commit = text.ok() ? text->substr(0, text->find_first_of(" \t\r\n")) : std::string();
    const bool plain = commit.find('/') == std::string::npos && commit.find('\0') == std::string::npos &&
                       commit != "." && commit != "..";
    return plain ? commit : std::string();
}

std::optional<fs::path> newest(const std::vector<fs::path>& folders, const SnapshotTest& usable) {
    std::optional<fs::path> best;
    fs::file_time_type best_time;
    for (const fs::path& folder : folders) {
        std::error_code code;
        const fs::file_time_type time = fs::last_write_time(folder, code);
        if (code || !usable(folder) || (best && time <= best_time))
            continue;
        best = folder;
        best_time = time;
    }
    return best;
}

} // namespace

std::optional<std::string> environmentVariable(const char* name) {
    const char* value = std::getenv(name);
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

fs::path expandHome(const std::string& path) {
    const auto home = environmentVariable("HOME");
    return home && (path == "~" || path.starts_with("~/")) ? fs::path(*home + path.substr(1))
                                                           : fs::path(path);
}

fs::path huggingFaceCacheRoot() {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
        if (const auto cache = environmentVariable(name))
            return expandHome(expandVariables(*cache));
    if (const auto home = environmentVariable("HF_HOME"))
        return expandHome(expandVariables(*home)) / "hub";
    if (const auto cache = environmentVariable("XDG_CACHE_HOME"))
        return expandHome(expandVariables(*cache)) / "huggingface" / "hub";
    return expandHome("~/.cache/huggingface/hub");
}

std::optional<HubName> parseHubName(const std::string& name) {
    const std::size_t at = name.find('@');
    HubName parsed{name.substr(0, at), at == std::string::npos ? std::string() : name.substr(at + 1)};
    const auto allowed = [](char c) { return isWordCharacter(c) || c == '-' || c == '.' || c == '/'; };
    const std::string& id = parsed.id;
    const bool plain = !id.empty() && std::ranges::all_of(id, allowed) && std::ranges::count(id, '/') <= 1 &&
                       id.front() != '/' && id.front() != '.' && id.back() != '/' &&
                       id.find("..") == std::string::npos;
    const bool revision = at == std::string::npos ||
                          (!parsed.revision.empty() && std::ranges::all_of(parsed.revision, allowed) &&
                           parsed.revision.find("..") == std::string::npos);
    return plain && revision ? std::optional(std::move(parsed)) : std::nullopt;
}

std::vector<CachedRepository> cachedRepositories() {
    std::vector<CachedRepository> repositories;
    for (const fs::path& folder : subfolders(huggingFaceCacheRoot()))
        if (const std::string name = folder.filename().string();
            name.starts_with(kPrefix) && name.size() > kPrefix.size())
            repositories.push_back({hubId(name), folder});
    std::ranges::sort(repositories, {}, &CachedRepository::id);
    return repositories;
}

fs::path cacheFolderOf(const std::string& id) {
    std::string name = std::string(kPrefix) + id;
    if (const std::size_t at = name.find('/'); at != std::string::npos)
        name.replace(at, 1, "--");
    return huggingFaceCacheRoot() / name;
}

std::optional<fs::path> findSnapshot(const fs::path& repository, const std::string& revision,
                                     const SnapshotTest& usable) {
    const std::string commit = commitOf(repository, revision.empty() ? "main" : revision);
    if (!commit.empty() && usable(repository / "snapshots" / commit))
        return repository / "snapshots" / commit;
    std::vector<fs::path> snapshots = subfolders(repository / "snapshots");
    if (revision.empty())
        return newest(snapshots, usable);
    std::erase_if(snapshots,
                  [&](const fs::path& folder) { return !folder.filename().string().starts_with(revision); });
    const bool clear = snapshots.size() == 1 && revision.size() >= kShortestCommit;
    return clear && usable(snapshots.front()) ? std::optional(snapshots.front()) : std::nullopt;
}

std::vector<std::string> namedRevisions(const fs::path& repository) {
    std::vector<std::string> names;
    std::error_code code;
    const fs::path refs = repository / "refs";
    for (fs::recursive_directory_iterator entry(refs, code), end;
         !code && entry != end && names.size() < kMaxRefs; entry.increment(code)) {
        std::error_code ignored;
        const std::string name = entry->path().lexically_relative(refs).generic_string();
        if (entry->is_regular_file(ignored) && name != "main")
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

std::uint64_t repositoryBytes(const fs::path& repository) {
    std::uint64_t total = bytesOfFiles(repository / "blobs");
    for (const fs::path& snapshot : subfolders(repository / "snapshots"))
        total += bytesOfFiles(snapshot); // links weigh nothing
    return total;
}

bool hasUnfinishedDownloads(const fs::path& repository) {
    std::error_code code;
    for (fs::directory_iterator entry(repository / "blobs", code), end; !code && entry != end;
         entry.increment(code))
        if (entry->path().extension() == ".incomplete")
            return true;
    return false;
}

std::vector<fs::path> subfolders(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
        std::error_code ignored;
        if (entry->is_directory(ignored))
            found.push_back(entry->path());
    }
    std::ranges::sort(found);
    return found;
}

} // namespace headlight
