"""Train the translator for a fixed time on a CPU.

The learning rate depends on the share of the time that has passed, so a run that is planned to
last an hour has its rate at zero after an hour whatever else the machine had to do. Every few
minutes WORK/checkpoint.pt receives the averaged weights (an exponential moving average) together
with what is needed to resume; WORK/log.jsonl receives a line every fifty steps.
"""
import argparse
import json
import pathlib
import tempfile
import time

import numpy as np
import torch
import torch.distributed
import torch.multiprocessing
import torch.nn.functional as F

from model import SmoothedLoss, Translator


class Corpus:
    """The training pairs as two padded matrices, with the alignment of every French token."""

    def __init__(self, work, pad):
        rows = np.load(work / "corpus.npz")
        alignment = np.load(work / "alignment.npz")["alignment"]
        self.pad = pad
        self.source, self.source_length = self.matrix(rows["source_ids"], rows["source_offsets"], pad)
        self.target, self.target_length = self.matrix(rows["target_ids"], rows["target_offsets"], pad)
        self.aligned, _ = self.matrix(alignment, rows["target_offsets"], -1)

    @staticmethod
    def matrix(flat, offsets, fill):
        length = np.diff(offsets)
        filled = np.full((len(length), length.max()), fill, np.int64)
        filled[np.arange(length.max()) < length[:, None]] = flat
        return filled, length

    @staticmethod
    def rounded(length):
        """Few distinct lengths, so that few distinct matrix shapes have to be prepared for."""
        return np.where(length <= 16, (length + 1) // 2 * 2, (length + 3) // 4 * 4)

    def epoch(self, tokens, workers, random):
        """Groups of `workers` index arrays, all of about equal size and of sentences of about equal length."""
        longest = self.rounded(np.maximum(self.source_length, self.target_length))
        order = np.lexsort((random.random(len(longest)), self.source_length + random.random(len(longest)) * 2, longest))
        batches = []
        for length in np.unique(longest):
            members = order[longest[order] == length]
            size = max(8, tokens // int(length) // 8 * 8)
            batches += [members[at:at + size] for at in range(0, len(members), size)]
        groups = [batches[at:at + workers] for at in range(0, len(batches) - workers + 1, workers)]
        return [groups[i] for i in random.permutation(len(groups))]

    def batch(self, rows):
        """Source ids, decoder input, expected output, and the two guides (read and written token)."""
        s = int(self.rounded(self.source_length[rows].max()))
        t = int(self.rounded(self.target_length[rows].max()))
        source = np.full((len(rows), s), self.pad)
        cut = self.source[rows, :s]
        source[:, :cut.shape[1]] = cut
        target = np.full((len(rows), t), self.pad)
        cut = self.target[rows, :t]
        target[:, :cut.shape[1]] = cut
        written = np.full((len(rows), t), -1)
        cut = self.aligned[rows, :t]
        written[:, :cut.shape[1]] = cut
        shifted = np.full_like(target, self.pad)
        shifted[:, 1:] = target[:, :-1]
        read = np.full_like(written, -1)
        read[:, 1:] = written[:, :-1]
        read[:, 0] = self.source_length[rows] - 1  # the start token reads as the source's </s>
        read[target == self.pad] = -1
        gold = np.where(target == self.pad, -1, target)
        return [torch.from_numpy(a) for a in (source, shifted, gold, read, written)]


def rate(step, share, peak, warmup):
    """Linear warm-up over steps, then a cosine over the share of the time that has passed."""
    return peak * min(1.0, step / warmup) * (0.5 + 0.5 * np.cos(np.pi * min(share, 1.0)))


def train(worker, arguments):
    """One worker: a process of one thread that computes the gradients of its share of every batch.

    Two such processes lose less time than one process of two threads, above all when other programs
    want the processor too: they wait for each other once a step instead of once an operation.
    """
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    if arguments.workers > 1:
        torch.distributed.init_process_group("gloo", init_method=f"file://{arguments.meeting}", rank=worker,
                                             world_size=arguments.workers)
    random = np.random.default_rng(arguments.seed)
    dtype = getattr(torch, arguments.precision)
    vocabulary = 8000
    corpus = Corpus(arguments.work, pad=vocabulary - 1)
    model = Translator(vocabulary, dropout=arguments.dropout, dtype=dtype)
    names = [name for name, _ in model.named_parameters()]
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=0.0, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.0, fused=True)
    average = [p.detach().clone() for p in parameters]
    step, epoch, spent = 0, 0, 0.0
    if arguments.resume:
        saved = torch.load(arguments.work / "checkpoint.pt", weights_only=False)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        for a, name in zip(average, names):
            a.copy_(saved["average"][name])
        step, epoch, spent = saved["step"], saved["epoch"], saved["seconds"]
        random = np.random.default_rng(arguments.seed + step)
    torch.manual_seed(arguments.seed + 1000 * worker + step)

    # All gradients in one piece of memory, with room for the sums that are logged and for the time.
    sizes = [p.numel() for p in parameters]
    shared = torch.zeros(sum(sizes) + 5)
    gradients, report = shared[:-5], shared[-5:]
    for parameter, gradient in zip(parameters, gradients.split(sizes)):
        parameter.grad = gradient.view(parameter.shape)
    if worker == 0:
        print(f"{sum(sizes)} parameters", flush=True)

    def save(seconds):
        path = arguments.work / "checkpoint.pt"
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "epoch": epoch,
                    "average": dict(zip(names, average)), "seconds": seconds,
                    "arguments": {k: str(v) for k, v in vars(arguments).items()}}, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    began = time.time() - spent
    budget = arguments.minutes * 60
    seconds, sums, tokens, since, saved_at, done = spent, np.zeros(3), 0, time.time(), time.time(), False
    model.train()
    while not done:
        epoch += 1
        for group in corpus.epoch(arguments.tokens // arguments.workers, arguments.workers, random):
            if seconds >= budget or (arguments.steps and step >= arguments.steps):
                done = True
                break
            step += 1
            for options in optimizer.param_groups:
                options["lr"] = rate(step, seconds / budget, arguments.peak, arguments.warmup)
            source, given, gold, read, written = corpus.batch(group[worker])
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
                hidden, guides = model(source, given, corpus.pad)
            real = gold.flatten() >= 0
            loss = SmoothedLoss.apply(hidden.flatten(0, 1)[real], model.shared.weight, gold.flatten()[real],
                                      arguments.smoothing)
            guided = [F.nll_loss(g.flatten(0, 1), wanted.flatten(), ignore_index=-1)
                      for g, wanted in zip(guides, (read, written))]
            shared.zero_()
            (loss + arguments.guide * sum(guided)).backward()
            report += torch.tensor([float(loss.detach()), float(guided[0].detach()), float(guided[1].detach()),
                                    float(real.sum()), time.time() - began])
            if arguments.workers > 1:
                torch.distributed.all_reduce(shared)
                shared /= arguments.workers
            torch.nn.utils.clip_grad_norm_(parameters, 2.0, foreach=True)
            optimizer.step()
            decay = min(arguments.average, (step + 1) / (step + 10))
            with torch.no_grad():
                torch._foreach_lerp_(average, parameters, 1 - decay)
            sums += report[:3].numpy()
            tokens += int(report[3] * arguments.workers)
            seconds = float(report[4])  # the same for all workers, so that they agree on the rate and the end
            if worker > 0:
                continue
            if step % 50 == 0:
                now = time.time()
                line = dict(step=step, epoch=epoch, minutes=round((now - began) / 60, 2),
                            rate=float(f"{optimizer.param_groups[0]['lr']:.3g}"), loss=round(float(sums[0]) / 50, 4),
                            guide_read=round(float(sums[1]) / 50, 4), guide_written=round(float(sums[2]) / 50, 4),
                            tokens_per_second=round(tokens / (now - since)))
                with open(arguments.work / "log.jsonl", "a") as log:
                    log.write(json.dumps(line) + "\n")
                print(line, flush=True)
                sums, tokens, since = np.zeros(3), 0, now
            if time.time() - saved_at > arguments.every * 60:
                save(time.time() - began)
                saved_at = time.time()
    if worker == 0:
        save(time.time() - began)
        print(f"finished after {step} steps, {epoch} epochs, {(time.time() - began) / 60:.1f} minutes", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--tokens", type=int, default=3072, help="padded tokens a step, all workers together")
    parser.add_argument("--peak", type=float, default=1e-3)
    parser.add_argument("--warmup", type=int, default=600)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--smoothing", type=float, default=0.1)
    parser.add_argument("--guide", type=float, default=0.05, help="weight of each guided head's loss")
    parser.add_argument("--average", type=float, default=0.999, help="decay of the moving average of the weights")
    parser.add_argument("--every", type=float, default=4, help="minutes between checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    parser.add_argument("--precision", choices=["bfloat16", "float32"], default="bfloat16")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps (for measuring)")
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    arguments.meeting = tempfile.mktemp()  # where the workers find each other
    if arguments.workers > 1:
        torch.multiprocessing.spawn(train, (arguments,), arguments.workers)
    else:
        train(0, arguments)


if __name__ == "__main__":
    main()
