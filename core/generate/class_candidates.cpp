#include "core/generate/class_candidates.h"

#include <cmath>

namespace headlight {

namespace {

/// Each class with its share of all rows, in the order of the classes.
std::vector<Candidate> sharesOfRows(const Tensor& logits, std::size_t row) {
    std::vector<Candidate> candidates;
    std::vector<float> column(logits.dimension(0));
    for (std::size_t index = 0; index < logits.dimension(1); ++index) {
        for (std::size_t i = 0; i < column.size(); ++i)
            column[i] = logits.row(i)[index];
        const double probability = probabilityOf(column, static_cast<TokenId>(row));
        candidates.push_back({static_cast<TokenId>(index), column[row], static_cast<float>(probability)});
    }
    return candidates;
}

} // namespace

std::vector<Candidate> classCandidates(const OutputSpec& output, const Tensor& logits, std::size_t row) {
    if (output.class_probability == ClassProbability::OverTokens)
        return sharesOfRows(logits, row);
    std::vector<Candidate> candidates = topCandidates(logits.row(row), logits.dimension(1));
    for (Candidate& candidate : candidates) {
        if (output.class_probability == ClassProbability::Sigmoid)
            candidate.probability = static_cast<float>(1.0 / (1.0 + std::exp(-double(candidate.logit))));
        else if (output.class_probability == ClassProbability::None)
            candidate.probability = 0.0f;
    }
    return candidates;
}

} // namespace headlight
