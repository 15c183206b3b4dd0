// What is said when no model is found where one was looked for.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/hub_cache.h"

#include <filesystem>
#include <string>
#include <vector>

namespace headlight {

[[nodiscard]] Error noModelNamed(const std::vector<std::string>& bundled);
/// Neither bundled, nor a folder, nor in the cache.
[[nodiscard]] Error unknownModel(const std::string& name, const std::vector<std::string>& bundled);
/// A folder without config.json: what it is instead, and `models_inside` where it holds folders of models.
[[nodiscard]] Error folderWithoutConfig(const std::filesystem::path& folder,
                                        const std::vector<std::filesystem::path>& models_inside);
/// A file that is no part of a model's folder: what it really is.
[[nodiscard]] Error fileInPlaceOfFolder(const std::filesystem::path& path);
/// `name` is the end of several cached ids.
[[nodiscard]] Error severalModels(const std::string& name, const std::vector<std::string>& ids);
/// In the cache, but without a snapshot that could be opened.
[[nodiscard]] Error unusableInCache(const HubName& name, const std::filesystem::path& repository);

} // namespace headlight
