// What a Model is made of inside.
#pragma once

#include "core/model/model.h"
#include "core/model/slots.h"
#include "core/model/weights.h"

#include <mutex>

namespace headlight {

struct Model::State {
    ModelSpec spec;
    ModelWeights weights;
    ModelSlots slots;
    BackendPtr backend;
    std::string name;
    std::filesystem::path folder;
    std::string identity_hash;
    std::vector<std::string> warnings;
    std::shared_ptr<const Tokenizer> tokenizer;
    std::string tokenizer_problem;
    std::mutex fallback_mutex;
    std::shared_ptr<const Model> fallback; ///< loaded when it is first needed
    std::shared_ptr<const void> origin = std::make_shared<char>();
};

} // namespace headlight
