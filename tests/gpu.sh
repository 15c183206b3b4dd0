#!/usr/bin/env bash
# Everything that needs a GPU, in one command, on a machine with an NVIDIA GPU, its driver, the CUDA toolkit (12 or newer) and
# nothing of ours: builds, runs the tests on the GPU, compute-sanitizer, and the benchmarks beside PyTorch.
#
#   tests/gpu.sh [--yes] [build|tests|sanitizer|benchmarks]...      all four without a word
#
# --yes installs packages without asking. Benchmarks use the python in PYTHON (python3), which needs torch with CUDA and
# transformers; without them they compare with nothing and say so. Results end up in build/cuda/gpu-results.
# shellcheck source=.ci/dependencies.sh
source "$(dirname "${BASH_SOURCE[0]}")/../.ci/dependencies.sh"

build=$root/build/cuda
results=$build/gpu-results
python=${PYTHON:-python3}
failures=0

step() { printf '\n== %s\n' "$*"; }
failed() {
    headlight_say "FAILED: $*"
    failures=$((failures + 1))
}

require_gpu() {
    if ! command -v nvidia-smi >/dev/null || ! nvidia-smi -L; then
        headlight_fail "nvidia-smi finds no GPU here: this script is for a machine with one."
    fi
    export PATH=$PATH:/usr/local/cuda/bin
    if ! command -v nvcc >/dev/null; then headlight_fail "there is no nvcc: install the CUDA toolkit, 12 or newer."; fi
    mkdir -p "$results"
    nvidia-smi >"$results/nvidia-smi.txt"
}

build_all() {
    step "Building with the CUDA module"
    (cd "$root" && cmake --preset cuda && cmake --build --preset cuda --parallel "$(headlight_jobs)")
}

# run_test NAME COMMAND...: the output goes into a file; a failure, or a CUDA row that was skipped, counts.
run_test() {
    local name=$1
    shift
    if ! "$@" >"$results/$name.txt" 2>&1; then
        failed "$name, see $results/$name.txt"
        grep -E '^FAIL|ERROR SUMMARY|=========' "$results/$name.txt" | head -20 || true
    elif grep -q 'SKIP.*no CUDA device' "$results/$name.txt"; then
        failed "$name skipped the GPU: $(grep -m1 'no CUDA device' "$results/$name.txt")"
    else
        echo "$name: $(grep -hE '^Totals|ERROR SUMMARY' "$results/$name.txt" | tail -1)"
    fi
}

gpu_tests=(tst_rows tst_linear tst_attention tst_cuda_tensor_kernels tst_token_choice tst_model_precision)

run_tests() {
    step "The whole suite, and the rows of the GPU"
    export QT_QPA_PLATFORM=offscreen
    for name in "${gpu_tests[@]}" tst_fallback tst_cuda_module tst_cuda_kernels tst_cuda_on_cpu; do run_test "$name" "$build/tests/$name"; done
    if ! (cd "$root" && ctest --preset cuda) >"$results/ctest.txt" 2>&1; then
        failed "ctest, see $results/ctest.txt"
        grep -E 'Failed|tests passed' "$results/ctest.txt" | tail -20 || true
    fi
    # Sampling with a seed draws the same tokens on either.
    local drawn=() backend
    for backend in cpu cuda; do
        drawn+=("$("$build/bin/headlight" generate --model books-gpt --text "The cat" --max-new-tokens 20 --temperature 0.9 --top-k 40 --top-p 0.95 --seed 5 --backend $backend)")
    done
    if [[ ${drawn[0]} == "${drawn[1]}" ]]; then echo "books-gpt, sampling: same text from CPU and GPU"; else failed "sampling: CPU and GPU differ"; fi
    # The program itself: the same text from either.
    for model in en-fr books-gpt mini-bert; do
        local text="The black cat sleeps under the table." cpu gpu command=generate
        if [[ $model == mini-bert ]]; then text="The cat is sleeping on the [MASK]." command=run; fi
        cpu=$("$build/bin/headlight" $command --model $model --text "$text" --backend cpu --json | sed 's/"backend":"[a-z]*"//; s/"\(probability\|logit\|score\|choice_probability\)":[-0-9.e]*//g')
        gpu=$("$build/bin/headlight" $command --model $model --text "$text" --backend cuda --json | sed 's/"backend":"[a-z]*"//; s/"\(probability\|logit\|score\|choice_probability\)":[-0-9.e]*//g')
        if [[ $cpu == "$gpu" ]]; then echo "$model: same tokens from CPU and GPU"; else failed "$model: CPU and GPU differ"; fi
    done
}

run_sanitizer() {
    step "compute-sanitizer"
    if ! command -v compute-sanitizer >/dev/null; then
        failed "compute-sanitizer is not installed (it comes with the CUDA toolkit)"
        return
    fi
    export QT_QPA_PLATFORM=offscreen HEADLIGHT_TEST_BACKENDS=CUDA
    for tool in memcheck racecheck initcheck synccheck; do
        for name in tst_rows tst_linear tst_attention tst_cuda_tensor_kernels tst_token_choice; do
            run_test "$tool-$name" compute-sanitizer --tool $tool --error-exitcode 9 "$build/tests/$name"
        done
    done
    unset HEADLIGHT_TEST_BACKENDS
    # Steps of generation as graphs, a whole program: what is captured, updated and given back meanwhile.
    for tool in memcheck initcheck; do
        run_test "$tool-generate" compute-sanitizer --tool $tool --error-exitcode 9 "$build/bin/headlight" generate --model books-gpt \
            --text "The cat" --max-new-tokens 12 --backend cuda --precision bf16
    done
}

run_benchmarks() {
    step "Kernels against their ceilings"
    for precision in f32 tf32 f16 bf16; do
        "$build/benchmarks/bench_cuda" $precision | tee "$results/bench_cuda-$precision.txt" || failed "bench_cuda $precision"
    done
    step "Beside PyTorch"
    if ! "$python" -c 'import torch, transformers; assert torch.cuda.is_available()' 2>/dev/null; then
        failed "no torch with CUDA and transformers for $python: nothing to compare with (set PYTHON)"
        return
    fi
    for model in gpt2 llama; do
        for precision in f32 tf32 f16 bf16; do
            "$python" "$root/tests/benchmarks/compare_on_gpu.py" "$build/benchmarks/bench_forward" --model $model --precision $precision \
                --generate "$build/benchmarks/bench_generate" | tee "$results/compare-$model-$precision.txt" || failed "compare_on_gpu $model $precision"
        done
    done
}

require_gpu
headlight_install_missing
todo=("$@")
if ((${#todo[@]} == 0)); then todo=(build tests sanitizer benchmarks); fi
for part in "${todo[@]}"; do
    case $part in
    build) build_all ;;
    tests) run_tests ;;
    sanitizer) run_sanitizer ;;
    benchmarks) run_benchmarks ;;
    *) headlight_fail "there is no part \"$part\": build, tests, sanitizer or benchmarks" ;;
    esac
done
step "Done: $failures failed. Results are in $results"
exit $((failures > 0))
