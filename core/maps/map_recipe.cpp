#include "core/maps/map_recipe.h"

#include "core/base/memory.h"
#include "core/maps/head_source.h"
#include "core/maps/merged_words.h"

#include <algorithm>

namespace headlight {

namespace {

std::vector<TokenRange> groupsOrTokens(const std::vector<TokenRange>& groups, std::size_t n) {
    if (areGroupsOf(groups, n))
        return groups;
    std::vector<TokenRange> tokens;
    for (std::size_t i = 0; i < n; ++i)
        tokens.push_back({i, i + 1});
    return tokens;
}

MapAlteration treated(const std::string& name, const std::string& what, KeyTreatment treatment) {
    const char* const how = treatment == KeyTreatment::Hide ? "hidden" : "dimmed";
    return {.name = name, .value = how, .text = what + " " + how, .changes_values = false};
}

/// "2 sinks hidden", and where there is none that this was looked for in vain.
MapAlteration treatedSinks(std::size_t count, KeyTreatment treatment) {
    if (count == 0) {
        MapAlteration none = treated("sinks", "sinks", treatment);
        none.value += " 0";
        none.text = "no sinks to be " + std::string(treatment == KeyTreatment::Hide ? "hidden" : "dimmed");
        return none;
    }
    MapAlteration sinks =
        treated("sinks", std::to_string(count) + (count == 1 ? " sink" : " sinks"), treatment);
    sinks.value += " " + std::to_string(count);
    return sinks;
}

bool isSpecial(const MapAxis& columns, std::size_t column, const std::vector<bool>& special_keys) {
    const TokenRange tokens = columns.tokens(column);
    for (std::size_t token = tokens.begin; token < tokens.end; ++token)
        if (token >= special_keys.size() || !special_keys[token])
            return false;
    return true;
}

Result<KeyPlan> planKeys(const MapSource& source, const MapTokens& tokens, const MapRecipe& recipe,
                         const RunControl& control) {
    KeyPlan plan;
    plan.treatment.assign(source.nColumns(), KeyTreatment::Show);
    if (recipe.sinks != KeyTreatment::Show) {
        HEADLIGHT_ASSIGN(const std::vector<std::size_t> sinks, findSinks(source, recipe.sink_mean, control));
        for (const std::size_t column : sinks)
            plan.treatment[column] = recipe.sinks;
        plan.alterations.push_back(treatedSinks(sinks.size(), recipe.sinks));
    }
    if (recipe.special != KeyTreatment::Show) {
        bool any = false;
        for (std::size_t column = 0; column < source.nColumns(); ++column)
            if (isSpecial(source.columns(), column, tokens.special_keys)) {
                plan.treatment[column] =
                    std::max(plan.treatment[column], recipe.special); // hidden is more than dimmed
                any = true;
            }
        MapAlteration special = treated("special-tokens", "special tokens", recipe.special);
        if (!any)
            special.text = "no special tokens to be " +
                           std::string(recipe.special == KeyTreatment::Hide ? "hidden" : "dimmed");
        plan.alterations.insert(plan.alterations.begin(), special);
    }
    plan.renormalise = recipe.renormalise && std::ranges::any_of(plan.treatment, [](KeyTreatment t) {
                           return t != KeyTreatment::Show;
                       });
    if (plan.renormalise)
        plan.alterations.push_back({.name = "rows", .value = "renormalised", .text = "rows renormalised"});
    return plan;
}

Result<MapSourcePtr> compose(std::shared_ptr<const Trace> trace, const std::vector<HeadAddress>& heads,
                             const MapTokens& tokens, const MapRecipe& recipe, const RunControl& control) {
    if (heads.empty())
        return makeError(ErrorKind::Usage, "no head is chosen");
    for (const HeadAddress& head : heads) {
        HEADLIGHT_CHECK(trace->check(head));
        if (head.kind != heads.front().kind)
            return makeError(ErrorKind::Usage, "heads of different attentions have no common map");
    }
    MapSourcePtr source;
    if (recipe.combine && heads.size() > 1)
        source = std::make_shared<const CombinedHeads>(std::move(trace), heads, *recipe.combine);
    else
        source = std::make_shared<const HeadSource>(std::move(trace), heads.front());
    if (recipe.merge_words)
        source =
            std::make_shared<const MergedWords>(source, groupsOrTokens(tokens.query_words, source->nRows()),
                                                groupsOrTokens(tokens.key_words, source->nColumns()));
    if (!recipe.treatsKeys())
        return source;
    HEADLIGHT_ASSIGN(KeyPlan plan, planKeys(*source, tokens, recipe, control));
    return TreatedKeys::make(source, std::move(plan), control);
}

} // namespace

Result<MapSourcePtr> makeMapSource(std::shared_ptr<const Trace> trace, const std::vector<HeadAddress>& heads,
                                   const MapTokens& tokens, const MapRecipe& recipe,
                                   const RunControl& control) {
    return guardMemory([&] { return compose(std::move(trace), heads, tokens, recipe, control); });
}

} // namespace headlight
