"""Runs PyTorch (eager attention, output_attentions=True) and Headlight beside each other on the same random checkpoint.

Both sit in a process of their own and take turns, pass by pass, so that a noisy machine is noisy for both; medians are
compared, and the best turns, which other programs disturb least. Peak memory is that of a fresh process that loads the model and runs one pass.

Usage: compare_with_pytorch.py BENCH_FORWARD [--model gpt2|marian] [--tokens 16,128,512,1024,4096] [--rounds 7]
                               [--no-memory] [--bf16] [--undisturbed]
Needs torch and transformers. PyTorch computes all logits; Headlight is timed twice, with all logits and with the last row's.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def torch_worker(kind: str, folder: str) -> None:
    """Answers each line 'TOKENS LOGITS' with the seconds one pass took."""
    import torch
    import transformers
    cls = transformers.GPT2LMHeadModel if kind == "gpt2" else transformers.MarianMTModel
    model = cls.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    print("ready", torch.__version__, transformers.__version__, torch.get_num_threads(), flush=True)
    for line in sys.stdin:
        n_tokens = int(line.split()[0])
        ids = torch.randint(0, model.config.vocab_size - 1, (1, n_tokens))
        inputs = {"input_ids": ids} if kind == "gpt2" else {"input_ids": ids, "decoder_input_ids": ids}
        with torch.inference_mode():
            start = time.perf_counter()
            out = model(**inputs, output_attentions=True, use_cache=False)
            seconds = time.perf_counter() - start
        assert out.logits.shape[1] == n_tokens
        del out
        print(seconds, flush=True)


class Others:
    """Processor time that other programs take, from /proc."""

    def __init__(self, processes: list[int]):
        self.processes = ["self", *map(str, processes)]
        self.tick = 1.0 / os.sysconf("SC_CLK_TCK")
        self.start()

    def _read(self) -> float:
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _idle, _wait, irq, softirq, steal, *_ = map(int, file.readline().split()[1:])
        ours = 0
        for process in self.processes:
            with open(f"/proc/{process}/stat", encoding="utf-8") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            ours += int(fields[11]) + int(fields[12])
        return (user + nice + system + irq + softirq + steal - ours) * self.tick

    def start(self) -> None:
        self.began, self.busy = time.perf_counter(), self._read()

    def share(self) -> float:
        """Processors that others kept busy since `start`."""
        return (self._read() - self.busy) / (time.perf_counter() - self.began)

    def wait_until_quiet(self) -> None:
        while True:
            self.start()
            time.sleep(0.5)
            if self.share() < 0.1:
                return


class Worker:
    """A process that answers requests with seconds."""

    def __init__(self, command: list[str]):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.greeting = self.process.stdout.readline().split()

    def run(self, n_tokens: int, logits: str, passes: int = 1) -> float:
        """A turn: the median of `passes` in a row. The first of several is not counted: it brings back the weights that
        the other side's turn has pushed out of the cache."""
        time.sleep(0.25)  # threads of the other side stop spinning
        seconds = []
        for _ in range(passes + (passes > 1)):
            self.process.stdin.write(f"{n_tokens} {logits}\n")
            self.process.stdin.flush()
            seconds.append(float(self.process.stdout.readline()))
        return statistics.median(seconds[-passes:])

    def close(self) -> float:
        """Ends the process; its peak memory in MB."""
        self.process.stdin.close()
        self.process.stdout.close()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = status
        return usage.ru_maxrss / 1024


def compare(args: argparse.Namespace, folder: str) -> None:
    torch_command = [sys.executable, os.path.abspath(__file__), "--torch-worker", args.model, folder]
    our_command = [args.bench_forward, folder, "--serve"] + (["--precision", "bf16"] if args.bf16 else []) + ["--backend", "cpu"]
    torch_side, ours = Worker(torch_command), Worker(our_command)
    print(f"{args.model}: PyTorch {torch_side.greeting[1]}, transformers {torch_side.greeting[2]}, "
          f"{torch_side.greeting[3]} threads{'; ours in BF16' if args.bf16 else ''}")
    for n_tokens in args.tokens:
        times = {"torch": [], "all": [], "last": []}
        others, repeated, round_number = Others([torch_side.process.pid, ours.process.pid]), 0, 0
        while round_number <= args.rounds:
            if args.undisturbed:
                others.wait_until_quiet()
            others.start()
            sample = {"torch": torch_side.run(n_tokens, "all", args.passes), "all": ours.run(n_tokens, "all", args.passes),
                      "last": ours.run(n_tokens, "last", args.passes)}
            if args.undisturbed and others.share() > 0.1:
                repeated += 1
                continue
            round_number += 1
            if round_number > 1:  # the first warms up
                for side, seconds in sample.items():
                    times[side].append(seconds)
        medians = {side: statistics.median(values) for side, values in times.items()}
        print(f"{n_tokens:5d} tokens: PyTorch {1e3 * medians['torch']:9.1f} ms | ours, all logits {1e3 * medians['all']:9.1f} ms, "
              f"{medians['torch'] / medians['all']:.2f}x | ours, last row {1e3 * medians['last']:9.1f} ms, "
              f"{medians['torch'] / medians['last']:.2f}x"
              + (f" | {repeated} disturbed rounds repeated" if args.undisturbed else ""))
        best = {side: min(values) for side, values in times.items()}
        print(f"        best turns: PyTorch {1e3 * best['torch']:9.1f} ms | ours, all logits {1e3 * best['all']:9.1f} ms, "
              f"{best['torch'] / best['all']:.2f}x | ours, last row {1e3 * best['last']:9.1f} ms, "
              f"{best['torch'] / best['last']:.2f}x", flush=True)
    torch_side.close()
    ours.close()
    if args.memory:
        for n_tokens in args.tokens:
            peaks = []
            for command in (torch_command, our_command):
                worker = Worker(command)
                worker.run(n_tokens, "all")
                peaks.append(worker.close())
            print(f"{n_tokens:5d} tokens: peak memory PyTorch {peaks[0]:7.0f} MB | ours {peaks[1]:7.0f} MB, {peaks[1] / peaks[0]:.2f} of it",
                  flush=True)


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] == "--torch-worker":
        torch_worker(sys.argv[2], sys.argv[3])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench_forward")
    parser.add_argument("--model", choices=("gpt2", "marian"), default="gpt2")
    parser.add_argument("--tokens", type=lambda text: [int(n) for n in text.split(",")], default=[16, 128, 512, 1024, 4096])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--passes", type=int, default=1, help="counted passes a turn; with more than one a first is not counted")
    parser.add_argument("--no-memory", dest="memory", action="store_false")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--undisturbed", action="store_true",
                        help="waits for other programs to be quiet, and repeats rounds in which they took a tenth of a processor")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, os.path.join(HERE, "make_random_checkpoint.py"), args.model, folder], check=True)
        compare(args, folder)


if __name__ == "__main__":
    main()
