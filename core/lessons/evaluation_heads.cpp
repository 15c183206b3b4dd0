#include "core/lessons/evaluation.h"

#include "core/analysis/head_measures.h"
#include "core/analysis/measure_info.h"
#include "core/analysis/measure_input.h"

#include <algorithm>
#include <cmath>

namespace headlight {

using Q = LessonQuantity;

Result<HeadAddress> Evaluation::head() const {
    const std::optional<HeadAddress> address = expression_.head ? expression_.head : place_.head;
    if (!address)
        return missing("no head is named");
    if (const Result<void> there = trace().check(*address); !there.ok())
        return missing("the model has no head " + headAddressText(*address));
    return *address;
}

Result<std::size_t> Evaluation::query(AttentionKind kind) const {
    if (!expression_.first.empty())
        return findToken(expression_.first, queryTokens(result_.input, kind), place_);
    if (!place_.query || *place_.query >= trace().nQueries(kind))
        return missing("no query is chosen");
    return *place_.query;
}

Result<std::size_t> Evaluation::key(AttentionKind kind) const {
    if (!expression_.second.empty())
        return findToken(expression_.second, keyTokens(result_.input, kind), place_);
    if (!place_.key || *place_.key >= trace().nKeys(kind))
        return missing("no key is chosen");
    return *place_.key;
}

Result<LessonValue> Evaluation::cell() const {
    HEADLIGHT_ASSIGN(const HeadAddress address, head());
    HEADLIGHT_ASSIGN(const std::size_t i, query(address.kind));
    HEADLIGHT_ASSIGN(const std::size_t j, key(address.kind));
    const TokenRange rows{i, i + 1}, columns{j, j + 1};
    switch (expression_.quantity) {
    case Q::Weight:
        return numberValue(double(trace().weights(address, rows, columns).row(0)[0]));
    case Q::Score:
        if (!trace().visible(address.kind, address.layer, TokenIndex(i), TokenIndex(j)))
            return missing("the mask hides this key from this query");
        return numberValue(double(trace().scores(address, rows, columns).row(0)[0]));
    case Q::Product: {
        const double scale = double(trace().attention(address.kind, address.layer).problem.scale);
        return numberValue(double(trace().rawScores(address, rows, columns).row(0)[0]) / scale);
    }
    default:
        break;
    }
    HEADLIGHT_ASSIGN(const auto provenance, Provenance::create(run_.model, result_.trace, address));
    return contribution(*provenance, i, j);
}

Result<LessonValue> Evaluation::contribution(const Provenance& provenance, std::size_t i,
                                             std::size_t j) const {
    HEADLIGHT_ASSIGN(const ProvenanceNode share,
                     provenance.node({Quantity::ContributionShare, HeadSide::Value, i, j}, control_));
    if (expression_.quantity == Q::Contribution)
        return numberValue(share.operands.front().number.exact);
    return numberValue(share.number->exact);
}

Result<LessonValue> Evaluation::row() const {
    HEADLIGHT_ASSIGN(const HeadAddress address, head());
    HEADLIGHT_ASSIGN(const std::size_t i, query(address.kind));
    const std::size_t n_keys = trace().nKeys(address.kind);
    if (n_keys == 0)
        return missing("there is nothing to look at");
    if (expression_.quantity == Q::VisibleKeys) {
        std::size_t n_visible = 0;
        for (std::size_t j = 0; j < n_keys; ++j)
            n_visible += trace().visible(address.kind, address.layer, TokenIndex(i), TokenIndex(j)) ? 1 : 0;
        return numberValue(double(n_visible));
    }
    const Tensor weights = trace().weights(address, {i, i + 1}, {0, n_keys});
    const auto row = weights.row(0);
    const auto strongest = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
    const TokenSequence& keys = keyTokens(result_.input, address.kind);
    if (expression_.quantity == Q::StrongestWeight)
        return numberValue(double(row[strongest]));
    if (expression_.quantity == Q::StrongestKey)
        return wordValue(tokenText(keys, strongest));
    if (expression_.quantity == Q::Entropy) {
        double entropy = 0.0;
        for (const float w : row)
            entropy -= w > 0.0f ? double(w) * std::log(double(w)) : 0.0;
        return numberValue(entropy);
    }
    HEADLIGHT_ASSIGN(const std::size_t most, strongestContribution(address, i, n_keys));
    return wordValue(tokenText(keys, most));
}

Result<std::size_t> Evaluation::strongestContribution(const HeadAddress& address, std::size_t i,
                                                      std::size_t n_keys) const {
    HEADLIGHT_ASSIGN(const auto provenance, Provenance::create(run_.model, result_.trace, address));
    std::size_t most = 0;
    double largest = -1.0;
    for (std::size_t j = 0; j < n_keys; ++j) {
        if (!trace().visible(address.kind, address.layer, TokenIndex(i), TokenIndex(j)))
            continue;
        HEADLIGHT_ASSIGN(const ProvenanceNode share,
                         provenance->node({Quantity::ContributionShare, HeadSide::Value, i, j}, control_));
        if (share.number->exact > largest) {
            largest = share.number->exact;
            most = j;
        }
    }
    return most;
}

Result<LessonValue> Evaluation::measure() const {
    HEADLIGHT_ASSIGN(const HeadAddress address, head());
    HEADLIGHT_ASSIGN(const HeadMeasures measures,
                     measureHead(trace(), address, measureInputOf(result_.input, address.kind), control_));
    const std::optional<HeadMeasure> wanted = measureOfKey(expression_.word);
    const std::optional<double> value = wanted ? valueOf(measures, *wanted) : std::nullopt;
    if (!value)
        return missing("this text has nothing to measure “" + expression_.word + "” of");
    return numberValue(*value);
}

} // namespace headlight
