// ComputeBackend: the dozen operations a transformer is made of, over opaque buffers.
// `cpu` is the reference; every other backend must match it (RELIABILITY figures). Callers validate shapes once,
// when a model is loaded; backends assert them. All operations may be called from several threads at once.
// Operations that return nothing throw std::bad_alloc, or BackendFailure (core/base/memory.h) where a device fails.
#pragma once

#include "core/base/result.h"
#include "core/compute/attention.h"
#include "core/compute/token_choice.h"
#include "core/compute/views.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

enum class Activation {
    None,
    Relu,
    Gelu,      ///< 0.5 x (1 + erf(x / sqrt 2)); "gelu"
    GeluTanh,  ///< tanh approximation; "gelu_new", "gelu_pytorch_tanh", "gelu_fast"
    GeluQuick, ///< x * sigmoid(1.702 x); "quick_gelu"
    Silu,      ///< x * sigmoid(x); "silu", "swish"
    Tanh,
};

/// What linear layers round the factors of their products to, and attention to what attentionPrecision() says; sums, softmax and
/// everything else are F32 always. A backend that cannot multiply as asked takes F32 and says so.
enum class ComputePrecision {
    F32,
    TF32, ///< GPUs: F32 numbers rounded to 10 bits of mantissa for the product
    F16,  ///< GPUs
    BF16,
};
[[nodiscard]] std::string_view precisionName(ComputePrecision precision); ///< "F32", "TF32", "F16", "BF16"

/// How a weight matrix lies in the checkpoint.
enum class WeightLayout {
    OutIn, ///< [n_out, n_in], torch.nn.Linear
    InOut, ///< [n_in, n_out], GPT-2's Conv1D
};

/// A rectangle of a weight matrix, seen as [n_out, n_in] however it lies.
struct WeightBlock {
    std::size_t first_output = 0;
    std::size_t n_outputs = 0;
    std::size_t first_input = 0;
    std::size_t n_inputs = 0;
};

class ComputeBackend;
using BackendPtr = std::shared_ptr<const ComputeBackend>;

/// A weight matrix and bias prepared (packed) for one backend.
class LinearWeights {
public:
    virtual ~LinearWeights() = default;
    [[nodiscard]] virtual std::size_t inputSize() const = 0;
    [[nodiscard]] virtual std::size_t outputSize() const = 0;
    /// The numbers this layer multiplies with (rounded where it computes in less than F32, or of integers), for looking at: row-major
    /// [n_outputs, n_inputs], inside the matrix. Error: a backend that cannot read its weights back.
    [[nodiscard]] virtual Result<void> read(const WeightBlock& block, std::span<float> weights) const;
    /// The biases of outputs [first, first + biases.size()); zeros for a layer without.
    [[nodiscard]] virtual Result<void> readBiases(std::size_t first, std::span<float> biases) const;
};
using LinearWeightsPtr = std::shared_ptr<const LinearWeights>;

class ComputeBackend {
public:
    virtual ~ComputeBackend() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;       ///< "cpu", "cuda"
    [[nodiscard]] virtual std::string description() const = 0;     ///< for people: "CPU, 2 threads, AVX2, linear layers by packed panels"
    [[nodiscard]] virtual ComputePrecision precision() const = 0;
    /// Likewise of attention: queries (scaled first), keys, weights and values as factors. The coarsest of them: more bits may be
    /// kept of some.
    [[nodiscard]] virtual ComputePrecision attentionPrecision() const { return ComputePrecision::F32; }

    /// What computes the same where this backend's device fails; null: nothing shall.
    [[nodiscard]] virtual BackendPtr fallback() const { return nullptr; }
    /// Whether the device is gone, and with it everything that lies in its buffers.
    [[nodiscard]] virtual bool lost() const { return false; }
    /// Waits until all that was asked for is computed, and throws what has failed of it.
    virtual void finish() const {}
    /// What is asked for until the same number of endPiece() may be handed to the device in one piece, which costs less than
    /// many small ones (a step of generation). Changes no result: whatever needs one earlier gets it. See PieceOfWork.
    virtual void beginPiece() const {}
    virtual void endPiece() const {}

    /// A Memory Error ("this model needs 3.1 GB, 2.0 GB are free") when `bytes` are more than there is where this backend
    /// keeps its numbers; asked before something large is built. `what` begins the sentence, `next_step` ends it.
    [[nodiscard]] virtual Result<void> checkRoom(double bytes, std::string_view what, std::string next_step) const;
    /// Bytes that `prepareLinear` takes for a number of a weight matrix.
    [[nodiscard]] virtual std::size_t bytesPerWeight() const { return sizeof(float); }
    /// Bytes free where this backend keeps its numbers; nothing where nobody says.
    [[nodiscard]] virtual std::optional<std::uint64_t> freeMemory() const;

    // Memory. `allocate` does not initialise; an Error when there is not enough.
    [[nodiscard]] virtual Result<BufferPtr> allocate(std::size_t n_floats) const = 0;
    virtual void upload(std::span<const float> values, const MatrixView& to) const = 0;   ///< rows * columns values
    virtual void download(const MatrixView& from, std::span<float> values) const = 0;
    virtual void copy(const MatrixView& from, const MatrixView& to) const = 0;            ///< same shape

    /// Packs `weight` (and `bias` [n_out], may be empty) for `linear`. Takes the tensors so that raw copies can go.
    [[nodiscard]] virtual Result<LinearWeightsPtr> prepareLinear(Tensor weight, WeightLayout layout, Tensor bias) const = 0;
    /// output = activation(input weight^T + bias), or output += that when `accumulate`.
    /// input [n, n_in], output [n, n_out]; the two must not overlap.
    virtual void linear(const LinearWeights& weights, const MatrixView& input, const MatrixView& output,
                        Activation activation = Activation::None, bool accumulate = false) const = 0;
    /// The same into host memory, row-major [n, n_out]: for products too wide to be copied around (logits).
    virtual void linearToHost(const LinearWeights& weights, const MatrixView& input, std::span<float> output) const = 0;

    /// logits = softcap * tanh(logits * scale / softcap), or logits * scale where `softcap` is 0. In place.
    virtual void capLogits(const MatrixView& logits, float scale, float softcap) const;
    /// Answers each query for its row of logits [n_rows, vocabulary] as core/compute/token_choice.h's chooseToken() does, which
    /// is the reference: the same token for the same seed but where two sums differ by less than a rounding of exp or log.
    [[nodiscard]] virtual std::vector<TokenChoice> chooseTokens(const MatrixView& logits, std::span<const TokenQuery> queries) const;

    /// output(i) (+)= table(ids[i]) * scale; table [n_rows, d], output [n, d]; ids are inside the table.
    virtual void embed(const MatrixView& table, std::span<const std::int32_t> ids, float scale, bool accumulate,
                       const MatrixView& output) const = 0;

    /// target += addend, same shape; an addend of one row is added to every row.
    virtual void add(const MatrixView& addend, const MatrixView& target) const = 0;
    /// target *= factor elementwise, same shape (gated feed-forward).
    virtual void multiply(const MatrixView& factor, const MatrixView& target) const = 0;
    virtual void activate(Activation activation, const MatrixView& target) const = 0;

    /// Ba et al. 2016: output = (input - mean) / sqrt(variance + epsilon) * gain + bias, row by row.
    /// gain and bias [1, d], may be empty; input and output may be the same view.
    virtual void layerNorm(const MatrixView& input, const MatrixView& gain, const MatrixView& bias, float epsilon,
                           const MatrixView& output) const = 0;
    /// Zhang and Sennrich 2019: output = input / sqrt(mean(input^2) + epsilon) * (gain_offset + gain).
    virtual void rmsNorm(const MatrixView& input, const MatrixView& gain, float gain_offset, float epsilon,
                         const MatrixView& output) const = 0;

    /// Su et al. 2021, in place: turns pairs of dimensions of every head by the angles of each token's position.
    /// table [n_tokens or 1, dims], dims even and at most head_dim: cosines in the first half of a row, sines in the
    /// second; one row serves all tokens. Pair i is (i, i + dims / 2), or (2 i, 2 i + 1) when `interleaved`; further
    /// dimensions stay.
    virtual void rotate(const HeadsView& heads, const MatrixView& table, bool interleaved) const = 0;

    /// All heads: output(i, h) = sum_j weight(i, j) value(j, h), blockwise, leaving the rows' softmax statistics.
    /// output [n_query, n_heads * value head_dim].
    virtual void attention(const AttentionProblem& problem, const MatrixView& output, const SoftmaxRows& rows) const = 0;

    // Rebuilding from what the trace kept. `out` is host memory, row-major [rows.size(), columns.size()].
    /// Scores: scaled, with bias and mask, before softmax; masked cells are kMaskedScore.
    virtual void attentionScores(const AttentionProblem& problem, HeadIndex head, TokenRange rows, TokenRange columns,
                                 std::span<float> out) const = 0;
    /// Weights: exactly those the forward pass multiplied the values with; masked cells are 0.
    virtual void attentionWeights(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head,
                                  TokenRange rows, TokenRange columns, std::span<float> out) const = 0;
    /// The weights of rows x columns reduced to out_rows x out_columns cells (each at most as many as the range has).
    /// Cell (r, c) covers rows [r * n / out_rows, (r + 1) * n / out_rows) and columns likewise.
    virtual void attentionPooled(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head,
                                 TokenRange rows, TokenRange columns, std::size_t out_rows, std::size_t out_columns,
                                 Pooling pooling, std::span<float> out) const = 0;
};

/// A piece of work from construction to end(); left without end() where something has failed already.
class PieceOfWork {
public:
    explicit PieceOfWork(const ComputeBackend& backend)
        : backend_(&backend) {
        backend_->beginPiece();
    }
    ~PieceOfWork() {
        if (backend_ != nullptr)
            abandon();
    }
    PieceOfWork(const PieceOfWork&) = delete;
    PieceOfWork& operator=(const PieceOfWork&) = delete;
    /// Hands it over and throws what fails of it.
    void end() {
        const ComputeBackend* const backend = backend_;
        backend_ = nullptr;
        backend->endPiece();
    }

private:
    void abandon() noexcept;
    const ComputeBackend* backend_;
};

enum class BackendChoice { Auto, Cpu, Cuda };

struct BackendOptions {
    BackendChoice choice = BackendChoice::Auto;
    std::size_t n_threads = 0; ///< 0: as many as the process may use, which is also the most
    ComputePrecision precision = ComputePrecision::F32;
};

/// A backend and, in a sentence, why this one.
struct SelectedBackend {
    BackendPtr backend;
    std::string reason;
    std::string notice; ///< what was asked for and is done otherwise; empty when all is as asked
};

/// Picks a backend at run time. `Cuda` without a usable device is an Error; `Auto` takes a GPU where there is one, else the
/// CPU, and says why. A GPU taken by `Auto` has the CPU to fall back on; one that was asked for has not.
[[nodiscard]] Result<SelectedBackend> selectBackend(const BackendOptions& options = {});

} // namespace headlight
