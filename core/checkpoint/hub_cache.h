// The user's Hugging Face cache, laid out as huggingface_hub does it:
//   models--openai-community--gpt2/refs/main                  a commit's hash
//                                 /snapshots/<commit>/<file>  a link into blobs (a file where the disk knows
//                                 no links) /blobs/<etag>               the bytes, once; <etag>*.incomplete
//                                 while they come
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// The cache's root as huggingface_hub finds it: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub,
/// XDG_CACHE_HOME/huggingface/hub, ~/.cache/huggingface/hub; `~` and $NAME in them stand for what they do in
/// a shell.
[[nodiscard]] std::filesystem::path huggingFaceCacheRoot();

/// A variable that is set and not empty.
[[nodiscard]] std::optional<std::string> environmentVariable(const char* name);
[[nodiscard]] std::filesystem::path expandHome(const std::string& path);

/// "openai-community/gpt2" or "gpt2", perhaps with "@revision" behind it.
struct HubName {
    std::string id;
    std::string revision; ///< a branch, a tag, a commit or its beginning; empty: main
};
/// Nothing where a name cannot be one of the hub's.
[[nodiscard]] std::optional<HubName> parseHubName(const std::string& name);

struct CachedRepository {
    std::string id;
    std::filesystem::path folder;
};
/// The cache's models, sorted by id; data sets, spaces and everything else are left out.
[[nodiscard]] std::vector<CachedRepository> cachedRepositories();
[[nodiscard]] std::filesystem::path cacheFolderOf(const std::string& id);

using SnapshotTest = std::function<bool(const std::filesystem::path& snapshot)>;
/// The snapshot of a revision. Of none: the one refs/main names; where that one is not `usable` (or there is
/// none), the newest that is. Nothing where there is no usable one.
[[nodiscard]] std::optional<std::filesystem::path> findSnapshot(const std::filesystem::path& repository,
                                                                const std::string& revision,
                                                                const SnapshotTest& usable);
/// Names below refs/ other than main, sorted: branches, tags, "pr/1".
[[nodiscard]] std::vector<std::string> namedRevisions(const std::filesystem::path& repository);

/// All that the repository takes on disk; revisions share blobs, which count once.
[[nodiscard]] std::uint64_t repositoryBytes(const std::filesystem::path& repository);
/// Whether a download has not come to its end, or never will.
[[nodiscard]] bool hasUnfinishedDownloads(const std::filesystem::path& repository);

/// Sub-folders of `folder`, links to folders too, sorted by name; none where it cannot be read.
[[nodiscard]] std::vector<std::filesystem::path> subfolders(const std::filesystem::path& folder);

} // namespace headlight
