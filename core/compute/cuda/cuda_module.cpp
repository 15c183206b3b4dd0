#include "core/compute/cuda/cuda_module.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace headlight::cuda {

namespace {

namespace fs = std::filesystem;

constexpr char kVariable[] = "HEADLIGHT_CUDA_MODULE";

Error unavailable(std::string summary) {
    return makeError(ErrorKind::Backend, std::move(summary))
        .nextStep("Use --backend cpu, which computes the same on the processor");
}

/// Whether the driver's library can be loaded: a tenth of a second is saved where it cannot.
bool driverThere() {
    static const bool there = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) != nullptr;
    return there;
}

/// What dlerror says, without the path that stands in front of it.
std::string loaderText(const fs::path& file) {
    const char* const said = dlerror();
    std::string text = said != nullptr ? said : "the system does not say why";
    if (const std::string prefix = file.string() + ": "; text.starts_with(prefix))
        text.erase(0, prefix.size());
    return text;
}

} // namespace

bool moduleNamedByHand() {
    const char* const named = std::getenv(kVariable);
    return named != nullptr && *named != '\0';
}

std::vector<fs::path> moduleCandidates() {
    if (moduleNamedByHand())
        return {fs::path(std::getenv(kVariable))};
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed);
    if (failed)
        return {};
    const fs::path folder = program.parent_path();
    const fs::path library = folder.parent_path() / "lib";
    return {folder / kModuleFile, library / "headlight" / kModuleFile, library / kModuleFile};
}

bool worthTrying() {
    std::error_code ignored;
    return moduleNamedByHand() ||
           (driverThere() && std::ranges::any_of(moduleCandidates(), [&](const fs::path& candidate) {
                return fs::exists(candidate, ignored);
            }));
}

Result<const Module*> loadModule(const fs::path& file) {
    std::error_code ignored;
    if (!fs::exists(file, ignored))
        return unavailable("the CUDA module is not there").inFile(file.string());
    void* const library = dlopen(fs::absolute(file, ignored).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return unavailable("the CUDA module cannot be loaded: " + loaderText(file))
            .inFile(file.string())
            .because("A library it needs (cuBLAS of the CUDA version it was built with) is missing, or the "
                     "file is damaged");
    const auto entry = reinterpret_cast<ModuleEntry>(dlsym(library, kModuleEntry));
    if (entry == nullptr)
        return unavailable("this is no CUDA module of Headlight").inFile(file.string());
    const Module* const module = entry(kModuleVersion);
    if (module == nullptr || module->version != kModuleVersion || module->size != sizeof(Module))
        return unavailable("the CUDA module belongs to another version of Headlight")
            .inFile(file.string())
            .butFound("version " + std::to_string(kModuleVersion),
                      module != nullptr ? "version " + std::to_string(module->version)
                                        : "one that does not know it");
    return module;
}

Result<const Module*> findModule() {
    std::error_code ignored;
    const bool by_hand = moduleNamedByHand();
    for (const fs::path& candidate : moduleCandidates()) {
        if (!by_hand && !fs::exists(candidate, ignored))
            continue;
        if (!by_hand && !driverThere())
            return moduleError(Status::NoDriver, "no NVIDIA driver is installed");
        return loadModule(candidate);
    }
    return unavailable("this build of Headlight has no CUDA module");
}

Error moduleError(Status status, const std::string& text) {
    const bool memory = status == Status::OutOfMemory;
    Error error = makeError(memory ? ErrorKind::Memory : ErrorKind::Backend, text);
    switch (status) {
    case Status::NoDriver:
        return std::move(error).nextStep("Install NVIDIA's driver, or use --backend cpu");
    case Status::OldDriver:
        return std::move(error).nextStep("Install a newer NVIDIA driver, or use --backend cpu");
    case Status::OutOfMemory:
        return std::move(error).nextStep(
            "Close what else uses the GPU, choose a shorter text or a smaller model, or use --backend cpu");
    case Status::DeviceLost:
        return std::move(error).nextStep("Start Headlight again to use the GPU, or use --backend cpu");
    default:
        return std::move(error).nextStep("Use --backend cpu, which computes the same on the processor");
    }
}

} // namespace headlight::cuda
