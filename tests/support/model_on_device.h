// A model on a device whose kernels run on the processor (tests/support/cuda_on_cpu), and which fails when it
// is told to.
#pragma once

#include "core/compute/cuda/cuda_backend.h"
#include "core/compute/cuda/cuda_module.h"
#include "core/model/model.h"
#include "tests/support/model_folder.h"

#include <QtTest>

#include <memory>
#include <string>
#include <utility>

namespace headlight::test {

/// What the device is told while it lives.
class Told {
public:
    explicit Told(const QByteArray& words) { qputenv("HEADLIGHT_CUDA_ON_CPU", words); }
    ~Told() { qunsetenv("HEADLIGHT_CUDA_ON_CPU"); }
    Told(const Told&) = delete;
    Told& operator=(const Told&) = delete;
};

inline BackendPtr device(const QByteArray& words, BackendPtr fallback,
                         ComputePrecision precision = ComputePrecision::F32) {
    const Told told(words);
    const auto module = cuda::loadModule(HEADLIGHT_CUDA_ON_CPU_MODULE);
    if (!module)
        qFatal("%s", module.error().message().c_str());
    auto backend =
        cuda::CudaBackend::open(*module.value(), {.precision = precision, .fallback = std::move(fallback)});
    if (!backend)
        qFatal("%s", backend.error().message().c_str());
    return backend.value();
}

inline std::shared_ptr<const Model> loaded(const std::string& golden, const BackendPtr& backend) {
    auto model = Model::load(goldenRoot() / golden, backend);
    if (!model)
        qFatal("%s", model.error().message().c_str());
    return model.value();
}

} // namespace headlight::test
