// Everything that could multiply our linear layers, behind one function type.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace headlight::bench {

/// One linear layer's product, output[n_rows, n_out] = input[n_rows, n_in] weight[n_in, n_out], weights prepared outside.
struct ProductShape {
    std::size_t n_rows;
    std::size_t n_in;
    std::size_t n_out;
};

struct ProductCandidate {
    std::string name;
    std::function<void()> run;
};

/// Candidates for one shape; all threads of `n_threads` used. Weights are packed here, outside the timing.
[[nodiscard]] std::vector<ProductCandidate> productCandidates(const ProductShape& shape, std::size_t n_threads);

} // namespace headlight::bench
