// Finding and loading the CUDA module. The program runs without it, and without a GPU or a driver.
#pragma once

#include "core/base/result.h"
#include "core/compute/cuda/module_api.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace headlight::cuda {

/// The module of this program, wherever it is: HEADLIGHT_CUDA_MODULE where that is set (and nothing else
/// then), beside the program's file, ../lib/headlight and ../lib from there.
[[nodiscard]] std::vector<std::filesystem::path> moduleCandidates();

/// Whether a module was named by hand: then it is loaded whatever the machine looks like.
[[nodiscard]] bool moduleNamedByHand();

/// Whether there may be a GPU to use: a module of this program, and a driver (or a module named by hand).
[[nodiscard]] bool worthTrying();

/// Loads one file. It stays loaded until the program ends: a driver's threads do not survive being unloaded.
/// Errors (ErrorKind::Backend): no such file, a library it needs is missing, not a module, another version.
[[nodiscard]] Result<const Module*> loadModule(const std::filesystem::path& file);

/// Loads the first candidate there is. Errors: none is there, no NVIDIA driver (asked first: loading the
/// module's libraries takes a tenth of a second), and those of loadModule.
[[nodiscard]] Result<const Module*> findModule();

/// An Error for what a module's function answered, `text` being its failureText.
[[nodiscard]] Error moduleError(Status status, const std::string& text);

} // namespace headlight::cuda
