#include "core/model/load_weights.h"

#include <unordered_set>

namespace headlight {

namespace {

bool computable(DType dtype) {
    return dtype == DType::F32 || dtype == DType::F16 || dtype == DType::BF16 || dtype == DType::F64;
}

Shape shapeOf(const SafetensorsEntry& entry) { return {entry.shape.begin(), entry.shape.end()}; }

Error mismatch(const TensorSlot& slot, const Shape& found, const std::string& file) {
    Error error = makeError(ErrorKind::Weights, "size mismatch: " + slot.name + " in " + file + " is " + shapeText(found) +
                                                    ", config.json asks for " + shapeText(slot.shape))
                      .inFile(file)
                      .atItem(slot.name);
    const Shape reversed(found.rbegin(), found.rend());
    if (slot.shape.size() == 2 && reversed == slot.shape)
        error.cause = "The tensor is transposed, as if written for the other kind of linear layer";
    else
        error.cause = "config.json and the weights belong to different models";
    error.next_step = "Take both from the same place";
    return error;
}

Result<void> checkOne(const TensorSlot& slot, const SafetensorsEntry& entry, const std::string& file) {
    const Shape found = shapeOf(entry);
    if (found != slot.shape)
        return mismatch(slot, found, file);
    if (!computable(entry.dtype))
        return makeError(ErrorKind::Weights, "unsupported dtype: " + slot.name + " in " + file + " is " +
                                                 std::string(dtypeName(entry.dtype)))
            .inFile(file)
            .atItem(slot.name)
            .because("Headlight computes with F32, F16, BF16 and F64 weights")
            .nextStep("Use a checkpoint that is not quantized");
    return {};
}

/// "a", "a and b", "a, b and 7 more"
std::string listNames(const std::vector<std::string>& names) {
    if (names.size() == 1)
        return names[0];
    if (names.size() == 2)
        return names[0] + " and " + names[1];
    return names[0] + ", " + names[1] + " and " + std::to_string(names.size() - 2) + " more";
}

/// Where the weights are, in a word: their file, or the folder of shards.
std::string weightsPlace(const Checkpoint& checkpoint) {
    const auto names = checkpoint.names();
    return names.empty() ? checkpoint.folder().string() : checkpoint.fileOf(names.front());
}

Error missingTensors(const std::vector<std::string>& names, const Checkpoint& checkpoint) {
    return makeError(ErrorKind::Weights, (names.size() == 1 ? "missing tensor: " : "missing tensors: ") + listNames(names))
        .inFile(weightsPlace(checkpoint))
        .atItem(names.front())
        .because("config.json asks for them; the weights are incomplete or belong to another model")
        .nextStep("Take config.json and all weight files from the same place");
}

Error extraTensors(const std::vector<std::string>& names, const Checkpoint& checkpoint) {
    return makeError(ErrorKind::Weights, (names.size() == 1 ? "unexpected tensor: " : "unexpected tensors: ") + listNames(names))
        .inFile(checkpoint.fileOf(names.front()))
        .atItem(names.front())
        .because("The architecture config.json names has no place for them, so results would not be this model's")
        .nextStep("Check \"architectures\" and the number of layers in config.json");
}

} // namespace

Result<void> checkTensors(const ModelSlots& slots, const Checkpoint& checkpoint) {
    std::unordered_set<std::string> wanted;
    std::vector<std::string> missing;
    Result<void> first_problem;
    forEachTensor(slots, [&](const TensorSlot& slot) {
        const bool seen = !wanted.insert(slot.name).second; // tied tensors come up once for each use
        const SafetensorsEntry* const entry = checkpoint.find(slot.name);
        if (entry == nullptr && !seen)
            missing.push_back(slot.name);
        else if (entry != nullptr && first_problem)
            first_problem = checkOne(slot, *entry, checkpoint.fileOf(slot.name));
    });
    HEADLIGHT_CHECK(first_problem); // a wrong size says more than what is missing because of it
    if (!missing.empty())
        return missingTensors(missing, checkpoint);
    std::vector<std::string> extra;
    for (const std::string& name : checkpoint.names())
        if (!wanted.contains(name) && !slots.ignorable(name))
            extra.push_back(name);
    if (!extra.empty())
        return extraTensors(extra, checkpoint);
    return {};
}

} // namespace headlight
