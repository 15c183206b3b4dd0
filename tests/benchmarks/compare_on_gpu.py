"""Runs PyTorch and Headlight beside each other on one GPU and the same random checkpoint, and prints how they compare.

PyTorch runs twice: eager with output_attentions=True, which like Headlight has every head's map, and SDPA without weights, the
floor. All sit in processes of their own and take turns, pass by pass; medians are compared. Headlight keeps its full trace.
With --generate, tokens per second are compared with what reading the weights once a token allows, with graphs and without.

Usage: compare_on_gpu.py BENCH_FORWARD [--model gpt2|llama] [--precision f32|tf32|f16|bf16] [--tokens 128,512,...] [--rounds 5]
                         [--layers N] [--generate BENCH_GENERATE]
Needs torch with CUDA and transformers. TF32 is off in both unless it is asked for, and then on in both.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_POSITIONS = 16384


def torch_worker(kind: str, folder: str, attention: str, precision: str) -> None:
    """Answers each line 'TOKENS' with the seconds one pass took, or 'memory' where the GPU has not enough."""
    import torch
    import transformers
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = False
    dtype = {"f32": torch.float32, "tf32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}[precision]
    cls = transformers.GPT2LMHeadModel if kind == "gpt2" else transformers.LlamaForCausalLM
    model = cls.from_pretrained(folder, attn_implementation=attention, dtype=dtype).eval().cuda()
    print("ready", torch.__version__, transformers.__version__, flush=True)
    for line in sys.stdin:
        n_tokens = int(line.split()[0])
        ids = torch.randint(0, model.config.vocab_size - 1, (1, n_tokens), device="cuda")
        out = None
        try:
            with torch.inference_mode():
                torch.cuda.synchronize()
                start = time.perf_counter()
                out = model(input_ids=ids, output_attentions=attention == "eager", use_cache=False, logits_to_keep=1)
                torch.cuda.synchronize()
                print(time.perf_counter() - start, flush=True)
        except torch.cuda.OutOfMemoryError:
            print("memory", flush=True)
        out = None
        torch.cuda.empty_cache()


class Worker:
    """A process that answers requests with seconds."""

    def __init__(self, command: list[str]):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.greeting = self.process.stdout.readline().split()
        if not self.greeting:
            sys.exit(f"{command[0]} did not start")

    def run(self, request: str) -> float | None:
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        return None if answer in ("memory", "") else float(answer)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def fitting_layers(precision: str) -> int:
    """As many layers of a 7B-Llama as fit three times beside what attention needs."""
    import torch
    free, _ = torch.cuda.mem_get_info()
    layer_bytes = 202_400_000 * (4 if precision in ("f32", "tf32") else 2)
    return max(1, min(32, int(free * 0.2 / layer_bytes)))


def make_checkpoint(args: argparse.Namespace, folder: str) -> None:
    import torch
    import transformers
    torch.manual_seed(1)
    if args.model == "gpt2":
        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(n_positions=MOST_POSITIONS))
    else:
        layers = args.layers or fitting_layers(args.precision)
        print(f"a 7B-Llama-shaped stack of {layers} layers")
        with torch.device("cuda"):
            model = transformers.LlamaForCausalLM(transformers.LlamaConfig(
                num_hidden_layers=layers, max_position_embeddings=MOST_POSITIONS, torch_dtype="bfloat16")).to(torch.bfloat16).cpu()
    model.save_pretrained(folder, safe_serialization=True)
    del model
    torch.cuda.empty_cache()


def milliseconds(times: list[float | None]) -> float | None:
    return None if any(value is None for value in times) else 1e3 * statistics.median(times)


def ratio(theirs: float | None, ours: float | None) -> str:
    return "-" if theirs is None or ours is None else f"{theirs / ours:.2f}x"


def compare(args: argparse.Namespace, folder: str) -> None:
    workers = {name: Worker([sys.executable, os.path.abspath(__file__), "--torch-worker", args.model, folder, attention, args.precision])
               for name, attention in (("eager", "eager"), ("SDPA", "sdpa"))}
    ours = Worker([args.bench_forward, folder, "--serve", "--backend", "cuda", "--precision", args.precision])
    print(f"{args.model}, {args.precision}: PyTorch {workers['eager'].greeting[1]}, transformers {workers['eager'].greeting[2]}")
    for n_tokens in args.tokens:
        times: dict[str, list] = {"eager": [], "SDPA": [], "ours": []}
        for round_number in range(args.rounds + 1):
            sample = {name: worker.run(str(n_tokens)) for name, worker in workers.items()}
            sample["ours"] = ours.run(f"{n_tokens} last")
            if round_number > 0:  # the first warms up
                for name, seconds in sample.items():
                    times[name].append(seconds)
        medians = {name: milliseconds(values) for name, values in times.items()}
        shown = {name: "out of memory" if value is None else f"{value:.2f} ms" for name, value in medians.items()}
        print(f"{n_tokens:6d} tokens: eager with weights {shown['eager']:>14}, SDPA without {shown['SDPA']:>14}, ours {shown['ours']:>14} | "
              f"eager / ours {ratio(medians['eager'], medians['ours'])} (bar 2x at 1,024), "
              f"ours / SDPA {ratio(medians['ours'], medians['SDPA'])} (bar 1.3x from 4,096 up)", flush=True)
    for worker in [*workers.values(), ours]:
        worker.close()


def generate(args: argparse.Namespace, folder: str) -> None:
    """Tokens a second against bandwidth, with and without graphs, most probable and drawn tokens: bench_generate tells."""
    for sampling in ([], ["--sample"]):
        subprocess.run([args.generate, folder, "--backend", "cuda", "--precision", args.precision, *sampling], check=True)


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] == "--torch-worker":
        torch_worker(*sys.argv[2:6])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench_forward")
    parser.add_argument("--model", choices=("gpt2", "llama"), default="gpt2")
    parser.add_argument("--precision", choices=("f32", "tf32", "f16", "bf16"), default="f32")
    parser.add_argument("--tokens", type=lambda text: [int(n) for n in text.split(",")], default=[128, 512, 1024, 4096, 16384])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--layers", type=int, default=0, help="of the Llama stack; 0: as many as fit")
    parser.add_argument("--generate", default="", help="the bench_generate program, to measure tokens a second as well")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_checkpoint(args, folder)
        compare(args, folder)
        if args.generate:
            generate(args, folder)


if __name__ == "__main__":
    main()
