// A module of a version to come.
#include "core/compute/cuda/module_api.h"

namespace {
const headlight::cuda::Module kModule = {.version = headlight::cuda::kModuleVersion + 1,
                                         .size = 8,
                                         .failureText = nullptr,
                                         .open = nullptr,
                                         .close = nullptr,
                                         .freeMemory = nullptr,
                                         .allocate = nullptr,
                                         .release = nullptr,
                                         .synchronize = nullptr,
                                         .beginPiece = nullptr,
                                         .endPiece = nullptr,
                                         .upload = nullptr,
                                         .download = nullptr,
                                         .copy = nullptr,
                                         .packWeights = nullptr,
                                         .linear = nullptr,
                                         .linearToHost = nullptr,
                                         .capLogits = nullptr,
                                         .chooseTokens = nullptr,
                                         .embed = nullptr,
                                         .add = nullptr,
                                         .multiply = nullptr,
                                         .activate = nullptr,
                                         .norm = nullptr,
                                         .rotate = nullptr,
                                         .attention = nullptr,
                                         .attentionScores = nullptr,
                                         .attentionWeights = nullptr,
                                         .attentionPooled = nullptr};
}

extern "C" const headlight::cuda::Module* headlight_cuda_module(std::uint32_t) {
    return &kModule;
}
