#include "core/analysis/softmax/softmax.h"

#include <algorithm>
#include <cmath>

namespace headlight {

std::vector<double> softmaxOf(std::span<const float> scores) {
    double maximum = -std::numeric_limits<double>::infinity();
    for (const float score : scores)
        if (!std::isnan(score))
            maximum = std::max(maximum, double(score));
    std::vector<double> probabilities(scores.size(), 0.0);
    if (std::isinf(maximum))
        return probabilities;
    double sum = 0.0;
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (!std::isnan(scores[i]))
            sum += probabilities[i] = std::exp(double(scores[i]) - maximum);
    for (double& probability : probabilities)
        probability /= sum;
    return probabilities;
}

SoftmaxShape shapeOf(std::span<const double> probabilities) {
    SoftmaxShape shape;
    for (const double p : probabilities) {
        if (!(p > 0.0))
            continue;
        ++shape.n_possible;
        shape.entropy -= p * std::log(p);
        shape.largest = std::max(shape.largest, p);
        shape.largest_gradient = std::max(shape.largest_gradient, p * (1.0 - p));
    }
    shape.entropy = std::max(0.0, shape.entropy);
    shape.perplexity = std::exp(shape.entropy);
    return shape;
}

Eigen::MatrixXd softmaxJacobian(std::span<const double> probabilities, double temperature) {
    const Eigen::Map<const Eigen::VectorXd> p(probabilities.data(),
                                              static_cast<Eigen::Index>(probabilities.size()));
    Eigen::MatrixXd jacobian = -p * p.transpose();
    jacobian.diagonal() += p;
    return jacobian / temperature;
}

bool DividedRow::modelDivides() const {
    return std::abs(scale * root - 1.0) < 1e-5;
}
bool DividedRow::modelLeavesIt() const {
    return std::abs(scale - 1.0) < 1e-6;
}

DividedRow dividedRow(const Trace& trace, const HeadAddress& head, std::size_t row) {
    const AttentionProblem& problem = trace.attention(head.kind, head.layer).problem;
    const std::size_t n_keys = trace.nKeys(head.kind);
    const Tensor scores = trace.scores(head, {row, row + 1}, {0, n_keys});
    const Tensor raw = trace.rawScores(head, {row, row + 1}, {0, n_keys}); // q.k * scale
    const double cap = double(problem.softcap);
    const auto capped = [cap](double score) { return cap > 0.0 ? cap * std::tanh(score / cap) : score; };
    DividedRow result;
    result.root = std::sqrt(double(trace.headDim(head.kind)));
    result.scale = double(problem.scale);
    for (std::size_t key = 0; key < n_keys; ++key) {
        const float score = scores.data()[key];
        result.scores.push_back(score);
        if (score == kMaskedScore) {
            result.divided.push_back(kMaskedScore);
            result.undivided.push_back(kMaskedScore);
            continue;
        }
        const double own = double(raw.data()[key]);
        const double product = own / result.scale;
        const double bias = double(score) - capped(own);
        result.divided.push_back(static_cast<float>(capped(product / result.root) + bias));
        result.undivided.push_back(static_cast<float>(capped(product) + bias));
    }
    return result;
}

} // namespace headlight
