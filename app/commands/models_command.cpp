#include "app/commands/models_command.h"

#include "app/json.h"
#include "app/table.h"
#include "core/checkpoint/model_folder.h"
#include "core/model/families/registry.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

namespace headlight {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxEntries = 10'000; ///< looked at in one folder; more is no collection of models

const char* originName(ModelListing::Origin origin) {
    switch (origin) {
    case ModelListing::Origin::Bundled: return "bundled";
    case ModelListing::Origin::Folder: return "folder";
    case ModelListing::Origin::HuggingFaceCache: break;
    }
    return "cache";
}

/// "./" keeps a folder's name from being taken for a bundled name or a hub id.
std::string asPath(const fs::path& folder) {
    const std::string text = folder.lexically_normal().string();
    return folder.is_absolute() || text.starts_with("..") ? text : "./" + text;
}

void addIfModel(const fs::path& folder, std::vector<ModelListing>& models) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / "config.json", ignored))
        return;
    ModelListing listing = describeModel(asPath(folder), folder, ModelListing::Origin::Folder, whyNotRunnable);
    if (!listing.model_type.empty())
        models.push_back(std::move(listing));
}

/// `root` itself and the folders right inside it.
Result<std::vector<ModelListing>> modelsIn(const std::string& root) {
    std::vector<ModelListing> models;
    std::error_code problem;
    fs::directory_iterator entries(root, problem);
    if (problem)
        return makeError(ErrorKind::File, "cannot look for models in " + root).inFile(root).because(problem.message());
    addIfModel(root, models);
    const auto own = static_cast<std::ptrdiff_t>(models.size());
    std::size_t looked_at = 0;
    for (; entries != fs::directory_iterator() && looked_at < kMaxEntries; entries.increment(problem), ++looked_at) {
        std::error_code ignored;
        if (entries->is_directory(ignored))
            addIfModel(entries->path(), models);
        if (problem)
            break;
    }
    std::sort(models.begin() + own, models.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return models;
}

std::string sizeText(std::uint64_t bytes) {
    static constexpr std::array<const char*, 4> units{"kB", "MB", "GB", "TB"};
    double size = double(bytes) / 1000.0;
    std::size_t unit = 0;
    for (; size >= 999.95 && unit + 1 < units.size(); ++unit)
        size /= 1000.0;
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %s", size, units[unit]);
    return text;
}

} // namespace

CommandResult runModelsCommand(CommandContext& context) {
    std::vector<ModelListing> models = listModels(whyNotRunnable);
    const bool told_where = !context.options.files.empty();
    const std::vector<std::string> roots = told_where ? context.options.files : std::vector<std::string>{"."};
    for (const std::string& root : roots) {
        auto found = modelsIn(root);
        if (!found.ok() && told_where) // nobody asked for a current folder that cannot be read
            return std::move(found).error();
        for (ModelListing& listing : found.ok() ? *found : std::vector<ModelListing>{}) {
            const bool known = std::any_of(models.begin(), models.end(), [&](const ModelListing& other) {
                std::error_code ignored;
                return fs::equivalent(other.folder, listing.folder, ignored);
            });
            if (!known)
                models.push_back(std::move(listing));
        }
    }
    if (context.options.json) {
        Json list = Json::array();
        for (const ModelListing& model : models)
            list.push_back({{"name", model.name},
                            {"family", model.model_type},
                            {"origin", originName(model.origin)},
                            {"folder", model.folder.string()},
                            {"size_bytes", model.size_bytes},
                            {"disk_bytes", model.disk_bytes},
                            {"obstacle", model.obstacle}});
        context.output.line(jsonLine(list));
        return kExitOk;
    }
    Table table({{"name"}, {"family"}, {"origin"}, {"on disk", Table::Align::Right}, {"runs"}, {"folder"}});
    for (const ModelListing& model : models)
        table.row({model.name, model.model_type, originName(model.origin), sizeText(model.disk_bytes),
                   model.obstacle.empty() ? "yes" : "no: " + model.obstacle, model.folder.string()});
    context.output.write(table.text());
    return kExitOk;
}

} // namespace headlight
