// A tiny rotary model that reads text of any length: llama-lm of tests/golden with a bundled model's tokenizer.
#pragma once

#include "tests/support/model_folder.h"

#include <algorithm>

namespace headlight::test {

/// The words it predicts are no words of anybody's: it is for what a window does with a text without a limit of positions.
inline ModelFolder readingLlama() {
    ModelFolder folder("llama-lm");
    for (const char* file : {"tokenizer.json", "tokenizer_config.json"})
        std::filesystem::copy_file(std::filesystem::path(HEADLIGHT_RESOURCES_DIR) / "models/books-gpt" / file,
                                   folder.path() / file);
    const std::size_t vocabulary = Tokenizer::fromFolder(folder.path()).value()->vocabularySize();
    folder.editConfig([&](nlohmann::json& config) { config["vocab_size"] = vocabulary; });
    const auto checkpoint = Checkpoint::open(folder.path());
    if (!checkpoint)
        qFatal("%s", checkpoint.error().message().c_str());
    std::map<std::string, Tensor> tensors;
    for (const std::string& name : checkpoint.value()->names()) {
        Tensor tensor = checkpoint.value()->read(name).value();
        if (name.find("embed_tokens") != std::string::npos || name.find("lm_head") != std::string::npos) {
            Tensor larger(Shape{vocabulary, tensor.dimension(1)}); // the old rows over and over
            for (std::size_t row = 0; row < vocabulary; ++row)
                std::ranges::copy(tensor.row(row % tensor.dimension(0)), larger.row(row).begin());
            tensor = std::move(larger);
        }
        tensors.emplace(name, std::move(tensor));
    }
    std::vector<SafetensorsItem> items;
    for (const auto& [name, tensor] : tensors)
        items.push_back({name, tensor.shape(), tensor.span()});
    std::filesystem::remove(folder.path() / "model.safetensors");
    const auto written = writeSafetensors(folder.path() / "model.safetensors", items, {});
    if (!written)
        qFatal("%s", written.error().message().c_str());
    return folder;
}

} // namespace headlight::test
