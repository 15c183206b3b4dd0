#include "core/model/families/registry.h"

#include "core/model/families/albert.h"
#include "core/model/families/bart.h"
#include "core/model/families/bert.h"
#include "core/model/families/blenderbot.h"
#include "core/model/families/blenderbot_small.h"
#include "core/model/families/bloom.h"
#include "core/model/families/distilbert.h"
#include "core/model/families/electra.h"
#include "core/model/families/falcon.h"
#include "core/model/families/gemma.h"
#include "core/model/families/gpt2.h"
#include "core/model/families/gpt_neo.h"
#include "core/model/families/gpt_neox.h"
#include "core/model/families/gptj.h"
#include "core/model/families/llama.h"
#include "core/model/families/m2m_100.h"
#include "core/model/families/marian.h"
#include "core/model/families/mbart.h"
#include "core/model/families/mistral.h"
#include "core/model/families/mpnet.h"
#include "core/model/families/opt.h"
#include "core/model/families/pegasus.h"
#include "core/model/families/phi3.h"
#include "core/model/families/qwen2.h"
#include "core/model/families/qwen3.h"
#include "core/model/families/roberta.h"
#include "core/model/families/t5.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace headlight {

const std::vector<Family>& families() {
    static const std::vector<Family> all = {
        albertFamily(),
        bartFamily(),
        bertFamily(),
        blenderbotFamily(),
        blenderbotSmallFamily(),
        bloomFamily(),
        camembertFamily(),
        distilBertFamily(),
        electraFamily(),
        falconFamily(),
        gemma2Family(),
        gemmaFamily(),
        gpt2Family(),
        gptNeoFamily(),
        gptNeoxFamily(),
        gptjFamily(),
        llamaFamily(),
        m2m100Family(),
        marianFamily(),
        mbartFamily(),
        mistralFamily(),
        mpnetFamily(),
        mt5Family(),
        optFamily(),
        pegasusFamily(),
        phi3Family(),
        qwen2Family(),
        qwen3Family(),
        robertaFamily(),
        t5Family(),
        xlmRobertaFamily(),
    };
    return all;
}

namespace {

/// Architectures and model types that people will try, and why they are not run.
constexpr std::pair<std::string_view, std::string_view> kRefused[] = {
    {"deberta", "DeBERTa adds products with positions to each score; Headlight shows scores as one product of query and key"},
    {"deberta-v2", "DeBERTa adds products with positions to each score; Headlight shows scores as one product of query and key"},
    {"BertLMHeadModel", "It is BERT as a decoder; Headlight runs BERT as an encoder only"},
    {"CamembertForCausalLM", "It is CamemBERT as a decoder; Headlight runs CamemBERT as an encoder only"},
    {"ElectraForCausalLM", "It is ELECTRA as a decoder; Headlight runs ELECTRA as an encoder only"},
    {"RobertaForCausalLM", "It is RoBERTa as a decoder; Headlight runs RoBERTa as an encoder only"},
    {"XLMRobertaForCausalLM", "It is XLM-RoBERTa as a decoder; Headlight runs XLM-RoBERTa as an encoder only"},
};

/// Empty where there is no better reason than that nobody has added it.
std::string refusalReason(std::string_view architecture, std::string_view model_type) {
    for (const auto& [name, why] : kRefused)
        if (name == architecture || name == model_type)
            return std::string(why);
    return {};
}

/// The architectures of the family `model_type` names; of no known one, all families by their model type.
std::string supportedList(std::string_view model_type = {}) {
    std::string types;
    for (const Family& family : families()) {
        types += (types.empty() ? "a model type out of " : ", ") + std::string(family.model_type);
        if (family.model_type != model_type)
            continue;
        std::string text;
        for (const std::string_view architecture : family.architectures)
            text += (text.empty() ? "one of: " : ", ") + std::string(architecture);
        return text;
    }
    return types;
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
                             supportedList(), "neither \"architectures\" nor \"model_type\"");
    const bool known = std::any_of(families().begin(), families().end(),
                                   [&](const Family& family) { return knows(family, architecture); });
    if (known)
        return config.reject("model_type", "model type " + model_type + " contradicts architecture " + architecture,
                             "the model type of " + architecture, model_type);
    const std::string name = architecture.empty() ? "model type " + model_type : architecture;
    return config.reject(architecture.empty() ? "model_type" : "architectures",
                         name + " is not an architecture Headlight can run", supportedList(model_type),
                         name + (architecture.empty() || model_type.empty() ? "" : " (model type " + model_type + ")"),
                         refusalReason(architecture, model_type));
}

Result<ConfigReader> withDefaults(const ConfigReader& config, const Family& family) {
    nlohmann::json merged = nlohmann::json::parse(family.defaults);
    merged.update(config.json());
    return ConfigReader::fromJson(std::move(merged), config.file());
}

std::string whyNotRunnable(const ConfigReader& config) {
    const auto choice = chooseFamily(config);
    if (!choice.ok())
        return choice.error().summary;
    const auto whole = withDefaults(config, *choice->family);
    const auto spec = whole.ok() ? choice->family->readSpec(*whole, choice->architecture) : Result<ModelSpec>(whole.error());
    return spec.ok() ? std::string() : spec.error().summary;
}

} // namespace headlight
