#include "core/model/families/registry.h"

#include "core/model/families/bert.h"
#include "core/model/families/gpt2.h"
#include "core/model/families/marian.h"

#include <algorithm>

namespace headlight {

const std::vector<Family>& families() {
    static const std::vector<Family> all = {
        bertFamily(),
        gpt2Family(),
        marianFamily(),
    };
    return all;
}

namespace {

std::string supportedList() {
    std::string text;
    for (const Family& family : families())
        for (const std::string_view architecture : family.architectures)
            text += (text.empty() ? "" : ", ") + std::string(architecture);
    return text;
}

bool knows(const Family& family, std::string_view architecture) {
    return std::find(family.architectures.begin(), family.architectures.end(), architecture) != family.architectures.end();
}

} // namespace

Result<FamilyChoice> chooseFamily(const ConfigReader& config) {
    HEADLIGHT_ASSIGN(const std::string model_type, config.textOr("model_type", ""));
    HEADLIGHT_ASSIGN(const std::vector<std::string> architectures, config.textList("architectures"));
    const std::string architecture = architectures.empty() ? "" : architectures.front();
    for (const Family& family : families()) {
        if (!model_type.empty() && family.model_type != model_type)
            continue;
        if (architecture.empty() && !model_type.empty())
            return FamilyChoice{&family, std::string(family.architectures.front())};
        if (knows(family, architecture))
            return FamilyChoice{&family, architecture};
    }
    if (architecture.empty() && model_type.empty())
        return config.reject("architectures", "config.json names neither an architecture nor a model type",
                             "one of: " + supportedList(), "neither \"architectures\" nor \"model_type\"");
    const bool known = std::any_of(families().begin(), families().end(),
                                   [&](const Family& family) { return knows(family, architecture); });
    if (known)
        return config.reject("model_type", "model type " + model_type + " contradicts architecture " + architecture,
                             "the model type of " + architecture, model_type);
    const std::string name = architecture.empty() ? "model type " + model_type : architecture;
    return config.reject(architecture.empty() ? "model_type" : "architectures",
                         name + " is not an architecture Headlight can run", "one of: " + supportedList(),
                         name + (architecture.empty() || model_type.empty() ? "" : " (model type " + model_type + ")"));
}

} // namespace headlight
