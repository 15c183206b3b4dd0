// Attention with products in TF32, on tensor cores.
#include "core/compute/cuda/module/attention_launch.cuh"

namespace headlight::cuda {

template Status attendIn<Number::TF32>(Device&, const Attention&, const SoftmaxStatistics&, Matrix);
template Status rebuildIn<Number::TF32>(Device&, const Attention&, const SoftmaxStatistics*, const Tile&,
                                        float*);
template Status poolIn<Number::TF32>(Device&, const Attention&, const SoftmaxStatistics&, const Tile&,
                                     const PooledMap&, float*);

} // namespace headlight::cuda
