// A model folder made for one test: a golden checkpoint, its config.json or its tensors changed.
#pragma once

#include "core/compute/backend.h"
#include "core/model/model.h"
#include "tests/support/golden_case.h"

#include <QTemporaryDir>

#include <functional>

namespace headlight::test {

inline BackendPtr cpuBackend() {
    static const BackendPtr backend = [] {
        auto selected = selectBackend({.choice = BackendChoice::Cpu});
        if (!selected)
            qFatal("%s", selected.error().message().c_str());
        return selected.value().backend;
    }();
    return backend;
}

inline std::shared_ptr<const Model> loadGolden(const std::string& name) {
    auto model = Model::load(goldenRoot() / name, cpuBackend());
    if (!model)
        qFatal("%s: %s", name.c_str(), model.error().message().c_str());
    return model.value();
}

class ModelFolder {
public:
    using Tensors = std::map<std::string, Tensor>;

    explicit ModelFolder(const std::string& golden) {
        std::filesystem::copy(goldenRoot() / golden, path());
        std::filesystem::permissions(path() / "config.json", std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
    }

    [[nodiscard]] std::filesystem::path path() const { return folder_.filePath("model").toStdString(); }

    void writeFile(const std::string& name, const std::string& text) const {
        std::ofstream(path() / name, std::ios::trunc | std::ios::binary) << text;
    }

    void editConfig(const std::function<void(nlohmann::json&)>& edit) const {
        nlohmann::json config = nlohmann::json::parse(std::ifstream(path() / "config.json"));
        edit(config);
        writeFile("config.json", config.dump());
    }

    /// Rewrites model.safetensors (F32 ones).
    void editTensors(const std::function<void(Tensors&)>& edit) const {
        Tensors tensors = readTensors(path() / "model.safetensors");
        edit(tensors);
        std::vector<SafetensorsItem> items;
        for (const auto& [name, tensor] : tensors)
            items.push_back({name, tensor.shape(), tensor.span()});
        std::filesystem::remove(path() / "model.safetensors");
        const auto written = writeSafetensors(path() / "model.safetensors", items, {});
        if (!written)
            qFatal("%s", written.error().message().c_str());
    }

    [[nodiscard]] Result<std::shared_ptr<const Model>> load(const RunControl& control = {}) const {
        return Model::load(path(), cpuBackend(), control);
    }

private:
    QTemporaryDir folder_;
};

/// The error of a folder that must not load; fails the program if it does.
inline Error loadError(const ModelFolder& folder) {
    const auto model = folder.load();
    if (model.ok())
        qFatal("a broken model was loaded");
    return model.error();
}

} // namespace headlight::test
