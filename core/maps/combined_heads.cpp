#include "core/maps/combined_heads.h"

#include <algorithm>
#include <cassert>

namespace headlight {

namespace {

MapAlteration describe(const std::vector<HeadAddress>& heads, HeadCombination combination) {
    const char* const how = combination == HeadCombination::Mean ? "mean" : "maximum";
    std::string list;
    for (const HeadAddress& head : heads) // counted from 0, as on the command line
        list += (list.empty() ? "" : ",") + std::to_string(head.layer.value) + "." +
                std::to_string(head.head.value);
    return {.name = "heads",
            .value = std::string(how) + " " + list,
            .text = std::string(how) + " of " + std::to_string(heads.size()) +
                    (heads.size() == 1 ? " head" : " heads")};
}

} // namespace

CombinedHeads::CombinedHeads(std::shared_ptr<const Trace> trace, std::vector<HeadAddress> heads,
                             HeadCombination combination)
    : trace_(std::move(trace))
    , heads_(std::move(heads))
    , combination_(combination)
    , rows_(MapAxis::plain(trace_->nQueries(heads_.front().kind)))
    , columns_(MapAxis::plain(trace_->nKeys(heads_.front().kind)))
    , maxima_(rows_.size())
    , alterations_{describe(heads_, combination)} {
    assert(std::ranges::all_of(heads_,
                               [this](const HeadAddress& head) { return head.kind == heads_.front().kind; }));
}

Tensor CombinedHeads::tile(TokenRange rows, TokenRange columns) const {
    Tensor combined = trace_->weights(heads_.front(), rows, columns);
    const std::span<float> out = combined.span();
    for (std::size_t i = 1; i < heads_.size(); ++i) {
        const Tensor weights = trace_->weights(heads_[i], rows, columns);
        const std::span<const float> more = weights.span();
        if (combination_ == HeadCombination::Mean)
            for (std::size_t k = 0; k < out.size(); ++k)
                out[k] += more[k];
        else
            for (std::size_t k = 0; k < out.size(); ++k)
                out[k] = more[k] > out[k] ? more[k] : out[k];
    }
    if (combination_ == HeadCombination::Mean) {
        const auto n_heads = static_cast<float>(heads_.size());
        for (float& value : out)
            value /= n_heads;
    }
    return combined;
}

TokenRange CombinedHeads::visible(std::size_t row) const {
    const auto seenBy = [&](const HeadAddress& head) {
        return trace_->attention(head.kind, head.layer).problem.mask.visible(row, columns_.size());
    };
    TokenRange seen = seenBy(heads_.front());
    for (const HeadAddress& head : heads_) {
        const TokenRange keys = seenBy(head);
        seen = {std::min(seen.begin, keys.begin), std::max(seen.end, keys.end)};
    }
    return seen;
}

} // namespace headlight
