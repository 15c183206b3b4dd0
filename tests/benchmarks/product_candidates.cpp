#include "product_candidates.h"

#include "benchmark_support.h"
#include "core/compute/cpu/cpu_backend.h"

#if defined(HEADLIGHT_HAVE_ONEDNN)
#include <oneapi/dnnl/dnnl.hpp>
#include <oneapi/dnnl/dnnl_version.h>
#endif

namespace headlight::bench {
namespace {

struct Operands {
    ProductShape shape;
    Tensor input;  // [n_rows, n_in]
    Tensor weight; // [n_in, n_out]
    Tensor output; // [n_rows, n_out]
};

std::shared_ptr<Operands> operandsFor(const ProductShape& shape) {
    return std::make_shared<Operands>(
        Operands{shape, Tensor::fromVector({shape.n_rows, shape.n_in}, randomFloats(shape.n_rows * shape.n_in, 1)),
                 Tensor::fromVector({shape.n_in, shape.n_out}, randomFloats(shape.n_in * shape.n_out, 2, 0.05f)),
                 Tensor(Shape{shape.n_rows, shape.n_out})});
}

ProductCandidate ours(const std::shared_ptr<Operands>& operands, std::size_t n_threads, ComputePrecision precision,
                      cpu::F32Products products) {
    const auto backend = std::make_shared<const cpu::CpuBackend>(
        cpu::CpuOptions{.n_threads = n_threads, .precision = precision, .products = products});
    const ProductShape& shape = operands->shape;
    const auto view = [&](std::size_t rows, std::size_t columns) {
        return MatrixView{backend->allocate(rows * columns).value(), 0, rows, columns, columns};
    };
    const MatrixView input = view(shape.n_rows, shape.n_in);
    const MatrixView output = view(shape.n_rows, shape.n_out);
    backend->upload(operands->input.span(), input);
    const LinearWeightsPtr weights =
        backend->prepareLinear(operands->weight.clone(), WeightLayout::InOut, Tensor::zeros({shape.n_out})).value();
    const bool digits = products == cpu::F32Products::Digits && backend->bytesPerWeight() == 3;
    return {backend->precision() == ComputePrecision::BF16 ? "ours BF16" : digits ? "ours F32 by integers" : "ours F32",
            [=] { backend->linear(*weights, input, output, Activation::None, false); }};
}

ProductCandidate eigen(const std::shared_ptr<Operands>& operands) {
    return {"Eigen (1 thread)", [operands] { operands->output.matrix().noalias() = operands->input.matrix() * operands->weight.matrix(); }};
}

#if defined(HEADLIGHT_HAVE_ONEDNN)
/// oneDNN with its own threads and weights in the layout it likes best.
struct OneDnnProduct {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    dnnl::matmul primitive;
    dnnl::memory input, weight, bias, output;

    static dnnl::matmul::primitive_desc describe(const dnnl::engine& engine, const dnnl::memory::desc& input,
                                                 const dnnl::memory::desc& weight, const dnnl::memory::desc& bias,
                                                 const dnnl::memory::desc& output) {
#if DNNL_VERSION_MAJOR >= 3
        return dnnl::matmul::primitive_desc(engine, input, weight, bias, output);
#else
        return dnnl::matmul::primitive_desc(dnnl::matmul::desc(input, weight, bias, output), engine);
#endif
    }

    explicit OneDnnProduct(Operands& operands) {
        using Memory = dnnl::memory;
        constexpr auto f32 = Memory::data_type::f32;
        const auto rows = static_cast<Memory::dim>(operands.shape.n_rows);
        const auto n_in = static_cast<Memory::dim>(operands.shape.n_in);
        const auto n_out = static_cast<Memory::dim>(operands.shape.n_out);
        const Memory::desc plain_input({rows, n_in}, f32, Memory::format_tag::ab);
        const Memory::desc plain_weight({n_in, n_out}, f32, Memory::format_tag::ab);
        const Memory::desc plain_bias({1, n_out}, f32, Memory::format_tag::ab);
        const Memory::desc plain_output({rows, n_out}, f32, Memory::format_tag::ab);
        const auto description = describe(engine, plain_input, Memory::desc({n_in, n_out}, f32, Memory::format_tag::any),
                                          plain_bias, plain_output);
        primitive = dnnl::matmul(description);
        input = Memory(plain_input, engine, operands.input.data());
        output = Memory(plain_output, engine, operands.output.data());
        bias = Memory(plain_bias, engine);
        std::fill_n(static_cast<float*>(bias.get_data_handle()), operands.shape.n_out, 0.0f);
        Memory raw(plain_weight, engine, operands.weight.data());
        weight = Memory(description.weights_desc(), engine);
        dnnl::reorder(raw, weight).execute(stream, raw, weight);
        stream.wait();
    }
    void run() {
        primitive.execute(stream, {{DNNL_ARG_SRC, input}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, output}});
        stream.wait();
    }
};
#endif

} // namespace

std::vector<ProductCandidate> productCandidates(const ProductShape& shape, std::size_t n_threads) {
    const std::shared_ptr<Operands> operands = operandsFor(shape);
    std::vector<ProductCandidate> candidates{ours(operands, n_threads, ComputePrecision::F32, cpu::F32Products::Panels)};
    for (auto other : {ours(operands, n_threads, ComputePrecision::F32, cpu::F32Products::Digits),
                       ours(operands, n_threads, ComputePrecision::BF16, cpu::F32Products::Panels)})
        if (other.name != candidates.front().name)
            candidates.push_back(std::move(other));
    candidates.push_back(eigen(operands));
#if defined(HEADLIGHT_HAVE_ONEDNN)
    const auto product = std::make_shared<OneDnnProduct>(*operands);
    candidates.push_back({"oneDNN " + std::to_string(DNNL_VERSION_MAJOR) + "." + std::to_string(DNNL_VERSION_MINOR) + " F32",
                          [operands, product] { product->run(); }});
#endif
    return candidates;
}

} // namespace headlight::bench
