#include "core/model/load_weights.h"

#include "core/base/memory.h"
#include "core/model/positions.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <new>
#include <thread>

namespace headlight {

namespace {

/// Below this much, starting threads takes longer than reading.
constexpr std::size_t kParallelFloats = 1 << 18;
constexpr std::size_t kMaxLoaders = 8;

/// One tensor, or several that become one, to read and pack.
struct Task {
    std::string name;
    std::size_t n_floats = 0;
    std::function<Result<void>()> run;
    bool packed = false; ///< by prepareLinear
};

std::size_t floatsOf(const LinearSlot& slot) {
    std::size_t count = 0;
    for (const RowRange& range : slot.rows)
        count += range.count * slot.weights.front().shape.back();
    if (count > 0)
        return count;
    for (const auto* tensors : {&slot.weights, &slot.biases})
        for (const TensorSlot& tensor : *tensors)
            count += elementCount(tensor.shape);
    return count;
}

/// Plans the reading of a model's tensors and carries it out.
class WeightLoader {
public:
    WeightLoader(const Checkpoint& checkpoint, const ComputeBackend& backend) : checkpoint_(checkpoint), backend_(backend) {}

    void plan(const StackSpec& spec, const StackSlots& slots, StackWeights& weights);
    void plan(const HeadSlots& slots, HeadWeights& weights);
    [[nodiscard]] Result<void> run(const RunControl& control);

private:
    [[nodiscard]] Result<void> checkRoom(const RunControl& control) const;
    void planMatrix(const TensorSlot& slot, MatrixView& to);
    void planLinear(const LinearSlot& slot, LinearWeightsPtr& to);
    void planNorm(const NormSlot& slot, NormWeights& to);
    void planFeedForward(const FeedForwardSlots& slots, FeedForwardWeights& to);
    void planAttention(const AttentionSlots& slots, AttentionWeights& to);
    void planPositions(const StackSpec& spec, MatrixView& to);
    void planRelativeBias(const StackSpec& spec, const TensorSlot& slot, RelativeBias& to);

    [[nodiscard]] Result<MatrixView> upload(const Tensor& tensor) const;
    [[nodiscard]] Result<Tensor> readStacked(const std::vector<TensorSlot>& slots, Shape shape) const;
    [[nodiscard]] Result<LinearWeightsPtr> readLinear(const LinearSlot& slot) const;
    void work(const RunControl* control);

    const Checkpoint& checkpoint_;
    const ComputeBackend& backend_;
    std::deque<Task> tasks_;
    /// Who reads one matrix: embeddings share it, and a tied head is packed from the same numbers.
    struct Readers {
        std::vector<MatrixView*> views;
        const LinearSlot* tied_slot = nullptr;
        LinearWeightsPtr* tied_head = nullptr;
    };
    [[nodiscard]] Result<void> readMatrix(const std::string& name, const Readers& readers) const;
    std::map<std::string, Readers> matrices_; ///< by tensor
    std::map<std::string, std::vector<LinearWeightsPtr*>> linears_; ///< by linearKey
    std::atomic<std::size_t> next_{0};
    std::atomic<std::size_t> floats_done_{0};
    std::atomic<bool> stop_{false};
    std::size_t floats_total_ = 0;
    std::size_t n_packed_twice_ = 0; ///< of tied heads: the embedding stays beside the packed copy
    std::mutex mutex_;
    Result<void> outcome_; ///< the first failure
};

void WeightLoader::planMatrix(const TensorSlot& slot, MatrixView& to) {
    if (slot.empty())
        return;
    Readers& readers = matrices_[slot.name];
    readers.views.push_back(&to);
    if (readers.views.size() > 1)
        return; // one task serves all that are tied
    tasks_.push_back({slot.name, elementCount(slot.shape),
                      [this, name = slot.name, &readers] { return readMatrix(name, readers); }});
}

Result<void> WeightLoader::readMatrix(const std::string& name, const Readers& readers) const {
    HEADLIGHT_ASSIGN(Tensor tensor, checkpoint_.read(name));
    HEADLIGHT_ASSIGN(const MatrixView view, upload(tensor));
    for (MatrixView* const reader : readers.views)
        *reader = view;
    if (readers.tied_head != nullptr) {
        Tensor bias;
        if (!readers.tied_slot->biases.empty()) {
            HEADLIGHT_ASSIGN(bias, checkpoint_.read(readers.tied_slot->biases.front().name));
        }
        HEADLIGHT_ASSIGN(*readers.tied_head, backend_.prepareLinear(std::move(tensor), readers.tied_slot->layout, std::move(bias)));
    }
    return {};
}

/// What tells two layers apart: the tensor and which of its rows.
std::string linearKey(const LinearSlot& slot) {
    std::string key = slot.weights.front().name;
    for (const RowRange& range : slot.rows)
        key += ":" + std::to_string(range.first) + "+" + std::to_string(range.count);
    return key;
}

void WeightLoader::planLinear(const LinearSlot& slot, LinearWeightsPtr& to) {
    if (slot.empty())
        return;
    const std::string& name = slot.weights.front().name;
    if (const auto tied = matrices_.find(name); tied != matrices_.end()) {
        tied->second.tied_slot = &slot;
        tied->second.tied_head = &to;
        return;
    }
    std::vector<LinearWeightsPtr*>& readers = linears_[linearKey(slot)];
    readers.push_back(&to);
    if (readers.size() > 1)
        return; // layers that share their weights (ALBERT) are packed once
    tasks_.push_back({name, floatsOf(slot), [this, &slot, &readers]() -> Result<void> {
                          HEADLIGHT_ASSIGN(const LinearWeightsPtr weights, readLinear(slot));
                          for (LinearWeightsPtr* const reader : readers)
                              *reader = weights;
                          return {};
                      }, true});
}

void WeightLoader::planNorm(const NormSlot& slot, NormWeights& to) {
    planMatrix(slot.gain, to.gain);
    planMatrix(slot.bias, to.bias);
}

void WeightLoader::planAttention(const AttentionSlots& slots, AttentionWeights& to) {
    planLinear(slots.query_key_value, to.query_key_value);
    planLinear(slots.query, to.query);
    planLinear(slots.key_value, to.key_value);
    planLinear(slots.output, to.output);
    planNorm(slots.norm, to.norm);
    planNorm(slots.output_norm, to.output_norm);
    planNorm(slots.query_norm, to.query_norm);
    planNorm(slots.key_norm, to.key_norm);
}

void WeightLoader::planFeedForward(const FeedForwardSlots& slots, FeedForwardWeights& to) {
    planLinear(slots.gate, to.gate);
    planLinear(slots.up, to.up);
    planLinear(slots.down, to.down);
    planNorm(slots.norm, to.norm);
    planNorm(slots.output_norm, to.output_norm);
}

void WeightLoader::planPositions(const StackSpec& spec, MatrixView& to) {
    const std::size_t n_positions = spec.positions.offset + spec.positions.max_positions;
    tasks_.push_back({"positions", n_positions * spec.d_model, [this, n_positions, &spec, &to]() -> Result<void> {
                          Tensor table = sinusoidalPositions(n_positions, spec.d_model, spec.positions.sinusoids);
                          if (spec.positions.skipped_token && spec.positions.offset > 0)
                              std::ranges::fill(table.row(spec.positions.offset - 1), 0.0f); // it stands nowhere
                          HEADLIGHT_ASSIGN(to, upload(table));
                          return {};
                      }});
}

void WeightLoader::planRelativeBias(const StackSpec& spec, const TensorSlot& slot, RelativeBias& to) {
    const std::size_t n_floats = slot.empty() ? spec.n_heads : elementCount(slot.shape);
    tasks_.push_back({slot.empty() ? "ALiBi slopes" : slot.name, n_floats, [this, &spec, &slot, &to]() -> Result<void> {
                          DistanceBias bias;
                          if (slot.empty()) {
                              bias = alibiBias(spec.positions, spec.n_heads);
                          } else {
                              HEADLIGHT_ASSIGN(const Tensor buckets, checkpoint_.read(slot.name));
                              bias = bucketedBias(spec.positions.relative, buckets);
                          }
                          HEADLIGHT_ASSIGN(to.table, upload(bias.table));
                          to.min_distance = bias.min_distance;
                          to.by_key = bias.by_key;
                          return {};
                      }});
}

void WeightLoader::plan(const StackSpec& spec, const StackSlots& slots, StackWeights& weights) {
    planMatrix(slots.token_embedding, weights.token_embedding);
    planMatrix(slots.position_embedding, weights.position_embedding);
    if (spec.positions.kind == PositionKind::Sinusoidal && slots.position_embedding.empty())
        planPositions(spec, weights.position_embedding);
    planMatrix(slots.type_embedding, weights.type_embedding);
    planNorm(slots.embedding_norm, weights.embedding_norm);
    planLinear(slots.embedding_projection, weights.embedding_projection);
    if (!slots.relative_bias.empty() || spec.positions.kind == PositionKind::Alibi)
        planRelativeBias(spec, slots.relative_bias, weights.relative_bias);
    weights.blocks.resize(slots.blocks.size());
    for (std::size_t layer = 0; layer < slots.blocks.size(); ++layer) {
        const BlockSlots& block = slots.blocks[layer];
        planAttention(block.self, weights.blocks[layer].self);
        planAttention(block.cross, weights.blocks[layer].cross);
        planFeedForward(block.feed_forward, weights.blocks[layer].feed_forward);
    }
    planNorm(slots.final_norm, weights.final_norm);
}

void WeightLoader::plan(const HeadSlots& slots, HeadWeights& weights) {
    planLinear(slots.transform, weights.transform);
    planNorm(slots.norm, weights.norm);
    planLinear(slots.output, weights.output);
}

Result<MatrixView> WeightLoader::upload(const Tensor& tensor) const {
    const std::size_t columns = tensor.shape().back();
    HEADLIGHT_ASSIGN(BufferPtr buffer, backend_.allocate(tensor.size()));
    const MatrixView view{std::move(buffer), 0, tensor.size() / columns, columns, columns};
    backend_.upload(tensor.span(), view);
    return view;
}

/// The rows of `stacked` [n, ...] that `ranges` name, in their order.
Tensor pickRows(const Tensor& stacked, const std::vector<RowRange>& ranges) {
    Shape shape = stacked.shape();
    const std::size_t width = stacked.size() / shape.front();
    shape.front() = 0;
    for (const RowRange& range : ranges)
        shape.front() += range.count;
    Tensor picked(std::move(shape));
    float* to = picked.data();
    for (const RowRange& range : ranges) {
        assert((range.first + range.count) * width <= stacked.size());
        to = std::copy_n(stacked.data() + range.first * width, range.count * width, to);
    }
    return picked;
}

/// Several tensors one below the other; a single one as it is.
Result<Tensor> WeightLoader::readStacked(const std::vector<TensorSlot>& slots, Shape shape) const {
    if (slots.size() == 1)
        return checkpoint_.read(slots.front().name);
    Tensor stacked(std::move(shape));
    std::size_t at = 0;
    for (const TensorSlot& slot : slots) {
        HEADLIGHT_ASSIGN(const Tensor part, checkpoint_.read(slot.name));
        std::copy(part.span().begin(), part.span().end(), stacked.data() + at);
        at += part.size();
    }
    return stacked;
}

Result<LinearWeightsPtr> WeightLoader::readLinear(const LinearSlot& slot) const {
    std::size_t n_rows = 0;
    for (const TensorSlot& weight : slot.weights)
        n_rows += weight.shape.front();
    HEADLIGHT_ASSIGN(Tensor weight, readStacked(slot.weights, {n_rows, slot.weights.front().shape.back()}));
    Tensor bias;
    if (!slot.biases.empty()) {
        HEADLIGHT_ASSIGN(bias, readStacked(slot.biases, {n_rows}));
    }
    if (!slot.rows.empty()) {
        assert(slot.layout == WeightLayout::OutIn);
        weight = pickRows(weight, slot.rows);
        bias = slot.biases.empty() ? Tensor() : pickRows(bias, slot.rows);
    }
    return backend_.prepareLinear(std::move(weight), slot.layout, std::move(bias));
}

/// Takes tasks until there are none; only the thread with a `control` reports.
void WeightLoader::work(const RunControl* control) {
    for (std::size_t index = next_++; index < tasks_.size() && !stop_; index = next_++) {
        Result<void> result;
        try {
            result = tasks_[index].run();
        } catch (const BackendFailure& failure) {
            result = failure.error();
        } catch (const std::bad_alloc&) {
            result = makeError(ErrorKind::Memory, "not enough memory to load " + tasks_[index].name);
        }
        if (!result) {
            const std::lock_guard lock(mutex_);
            if (outcome_)
                outcome_ = std::move(result);
            stop_ = true;
        }
        const std::size_t done = floats_done_ += tasks_[index].n_floats;
        if (control == nullptr)
            continue;
        if (control->stopRequested())
            stop_ = true;
        control->report(double(done) / double(floats_total_),
                        "loading weights, " + byteText(double(done) * sizeof(float)) + " of " +
                            byteText(double(floats_total_) * sizeof(float)));
    }
}

/// Says how much memory the model takes where its weights will lie, and refuses what cannot fit before reading any.
Result<void> WeightLoader::checkRoom(const RunControl& control) const {
    constexpr std::string_view kWhat = "this model";
    const std::string next_step = "Close other programs or choose a smaller model";
    const std::size_t largest = tasks_.empty() ? 0 : tasks_.front().n_floats; // on its way from the file
    const double on_way = double(largest) * sizeof(float);
    double bytes = 0.0;
    for (const Task& task : tasks_)
        bytes += double(task.n_floats) * double(task.packed ? backend_.bytesPerWeight() : sizeof(float));
    bytes += double(n_packed_twice_) * double(backend_.bytesPerWeight());
    const auto free = backend_.freeMemory();
    control.report(0.0, "this model takes " + byteText(bytes) + (free ? " of the " + byteText(double(*free)) + " that are free" : ""));
    HEADLIGHT_CHECK(checkMemory(on_way, kWhat, next_step)); // of the host's memory
    return backend_.checkRoom(bytes + on_way, kWhat, next_step);
}

Result<void> WeightLoader::run(const RunControl& control) {
    // Largest first, so that no thread is left alone with the embedding at the end.
    std::stable_sort(tasks_.begin(), tasks_.end(), [](const Task& a, const Task& b) { return a.n_floats > b.n_floats; });
    for (const Task& task : tasks_)
        floats_total_ += task.n_floats;
    for (const auto& [name, readers] : matrices_)
        n_packed_twice_ += readers.tied_slot != nullptr ? floatsOf(*readers.tied_slot) : 0;
    const std::size_t n_loaders = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMaxLoaders);
    HEADLIGHT_CHECK(checkRoom(control));
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < n_loaders && floats_total_ > kParallelFloats; ++i)
        helpers.emplace_back([this] { work(nullptr); });
    work(&control);
    helpers.clear(); // joins
    if (control.stopRequested())
        return cancelledError();
    return outcome_;
}

} // namespace

Result<ModelWeights> loadWeights(const ModelSpec& spec, const ModelSlots& slots, const Checkpoint& checkpoint,
                                 const ComputeBackend& backend, const RunControl& control) {
    ModelWeights weights;
    WeightLoader loader(checkpoint, backend);
    if (slots.encoder)
        loader.plan(*spec.encoder, *slots.encoder, weights.encoder.emplace());
    if (slots.decoder)
        loader.plan(*spec.decoder, *slots.decoder, weights.decoder.emplace());
    loader.plan(slots.head, weights.head);
    HEADLIGHT_CHECK(loader.run(control));
    weights.parameters = listParameters(slots); // what a model has been trained to have: computed positions are not among them
    for (const ParameterTensor& tensor : weights.parameters)
        weights.parameter_count += tensor.count();
    return weights;
}

} // namespace headlight
