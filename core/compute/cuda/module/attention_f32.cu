// Attention with products in F32, on the ordinary cores.
#include "core/compute/cuda/module/attention_launch.cuh"

namespace headlight::cuda {

template Status attendIn<Number::F32>(Device&, const Attention&, const SoftmaxStatistics&, Matrix);
template Status rebuildIn<Number::F32>(Device&, const Attention&, const SoftmaxStatistics*, const Tile&,
                                       float*);
template Status poolIn<Number::F32>(Device&, const Attention&, const SoftmaxStatistics&, const Tile&,
                                    const PooledMap&, float*);

} // namespace headlight::cuda
