// The text a window shows while nobody has written one.
#pragma once

#include <QString>

#include <filesystem>

namespace headlight::ui {

/// The first line of the `example.txt` beside a model's config.json, as the bundled models bring one that shows what they
/// can do; without such a file a sentence any model can read.
[[nodiscard]] QString exampleText(const std::filesystem::path& model_folder);

} // namespace headlight::ui
