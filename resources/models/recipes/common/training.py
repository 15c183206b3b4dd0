"""What the recipes of books-gpt and mini-bert share: attention whose heads can be guided, a softmax loss that never
holds all logits at once, and a training loop for one thread that can be paused, stopped and resumed."""
import json
import signal
import time

import numpy as np
import torch
import torch.nn.functional as F
from transformers import AttentionInterface

LONGEST_STEP = 30.0  # seconds; what a step takes beyond that was a pause of the process and does not count as training


class Guided:
    """Log-probabilities of the heads that are being guided, as of the last forward pass: {(block, head): tensor}."""
    heads = ()
    seen = {}


def attention(module, query, key, value, attention_mask, scaling=None, dropout=0.0, **_):
    """Attention written out, which is faster on a CPU than the fused kernel for short rows in bfloat16."""
    scores = (query * scaling) @ key.transpose(2, 3)
    if attention_mask is not None:
        scores = scores + attention_mask.to(scores.dtype)
    for block, head in Guided.heads:
        if block == module.layer_idx:
            Guided.seen[block, head] = torch.log_softmax(scores[:, head].float(), -1)
    mixed = torch.softmax(scores, -1, dtype=value.dtype) @ value
    return mixed.transpose(1, 2), None


AttentionInterface.register("recipe", attention)


def guide_loss(block, head, wanted):
    """How far a guided head is from looking at `wanted` (key position per row, -1 where nothing is asked)."""
    return F.nll_loss(Guided.seen[block, head].flatten(0, 1), wanted.flatten(), ignore_index=-1)


class ChunkedLoss(torch.autograd.Function):
    """Cross-entropy of `hidden @ matrix.T + bias` against `gold`, gradients computed on the way forward."""

    @staticmethod
    def forward(context, hidden, matrix, bias, gold, chunk=512):
        d_hidden = torch.empty_like(hidden)
        d_matrix = torch.zeros(matrix.shape)
        d_bias = None if bias is None else torch.zeros(bias.shape)
        low = matrix.to(hidden.dtype)
        total = 0.0
        for start in range(0, len(gold), chunk):
            h, g = hidden[start:start + chunk], gold[start:start + chunk, None]
            logits = h @ low.t()
            if bias is not None:
                logits += bias.to(logits.dtype)
            p = torch.softmax(logits, -1)
            total -= float(p.gather(1, g).float().clamp_(min=1e-9).log_().sum())
            p.scatter_add_(1, g, torch.full(g.shape, -1.0, dtype=p.dtype))
            d_hidden[start:start + chunk] = p @ low
            d_matrix += p.t() @ h
            if bias is not None:
                d_bias += p.sum(0, dtype=torch.float32)
        context.save_for_backward(d_hidden / len(gold), d_matrix / len(gold),
                                  None if bias is None else d_bias / len(gold))
        return torch.tensor(total / len(gold))

    @staticmethod
    def backward(context, d_loss):
        d_hidden, d_matrix, d_bias = context.saved_tensors
        return (d_hidden * d_loss.to(d_hidden.dtype), d_matrix * d_loss,
                None if d_bias is None else d_bias * d_loss, None, None)


def rate(step, share, peak, warmup, fall=0.5):
    """Linear warm-up over steps, constant, then linearly to zero over the last part of the time."""
    return peak * min(1.0, step / warmup) * min(1.0, max(0.0, (1.0 - share) / fall))


def add_arguments(parser, minutes, peak, warmup):
    parser.add_argument("--minutes", type=float, default=minutes, help="training time, pauses not counted")
    parser.add_argument("--peak", type=float, default=peak)
    parser.add_argument("--warmup", type=int, default=warmup)
    parser.add_argument("--decay", type=float, default=0.02, help="weight decay of the matrices")
    parser.add_argument("--average", type=float, default=0.998, help="decay of the moving average of the weights")
    parser.add_argument("--every", type=float, default=3, help="minutes between checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps (for measuring)")
    parser.add_argument("--resume", action="store_true", help="go on from WORK/checkpoint.pt")


def train(model, losses, watch, arguments):
    """Train until the time is spent.

    losses(random, step, share) gives {name: (loss, weight)}; watch() gives figures for the log at every checkpoint.
    WORK/checkpoint.pt receives weights, their moving average and what is needed to go on; WORK/log.jsonl a line every
    fifty steps. SIGTERM saves and ends.
    """
    named = list(model.named_parameters())
    parameters = [p for _, p in named]
    matrices = [p for p in parameters if p.dim() == 2]
    others = [p for p in parameters if p.dim() != 2]
    optimizer = torch.optim.AdamW([dict(params=matrices, weight_decay=arguments.decay),
                                   dict(params=others, weight_decay=0.0)], lr=0.0, betas=(0.9, 0.98), fused=True)
    average = [p.detach().clone() for p in parameters]
    step, spent = 0, 0.0
    path = arguments.work / "checkpoint.pt"
    if arguments.resume:
        saved = torch.load(path, weights_only=False)
        optimizer.load_state_dict(saved["optimizer"])
        with torch.no_grad():
            for (name, parameter), a in zip(named, average):
                parameter.copy_(saved["weights"][name])
                a.copy_(saved["average"][name])
        step, spent = saved["step"], saved["seconds"]
    random = np.random.default_rng(arguments.seed + step)
    torch.manual_seed(arguments.seed + step)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    print(f"{sum(p.numel() for p in parameters)} parameters", flush=True)

    def write(line):
        with open(arguments.work / "log.jsonl", "a") as log:
            log.write(json.dumps(line) + "\n")
        print(line, flush=True)

    def save():
        model.eval()
        with torch.no_grad():
            write(dict(step=step, minutes=round(spent / 60, 2), **watch()))
        model.train()
        torch.save({"weights": {name: p.detach() for name, p in named},
                    "average": {name: a for (name, _), a in zip(named, average)}, "optimizer": optimizer.state_dict(),
                    "step": step, "seconds": spent, "arguments": {k: str(v) for k, v in vars(arguments).items()}},
                   path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    sums, counted, since, saved_at = {}, 0, spent, spent
    model.train()
    while spent < arguments.minutes * 60 and not stop and not (arguments.steps and step >= arguments.steps):
        began = time.time()
        share = spent / (arguments.minutes * 60)
        step += 1
        for group in optimizer.param_groups:
            group["lr"] = rate(step, share, arguments.peak, arguments.warmup)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            parts = losses(random, step, share)
        optimizer.zero_grad(set_to_none=True)
        sum(weight * loss for loss, weight in parts.values() if weight).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 1 - min(arguments.average, (step + 1) / (step + 10)))
        for name, (loss, _) in parts.items():
            sums.setdefault(name, []).append(float(loss.detach()))
        counted += 1
        spent += min(time.time() - began, LONGEST_STEP)
        if step % 50 == 0:
            write(dict(step=step, minutes=round(spent / 60, 2), rate=float(f"{optimizer.param_groups[0]['lr']:.3g}"),
                       **{name: round(float(np.mean(values)), 4) for name, values in sums.items()},
                       seconds_a_step=round((spent - since) / counted, 3)))
            sums, counted, since = {}, 0, spent
        if spent - saved_at > arguments.every * 60:
            save()
            saved_at = spent
    save()
    print(f"{'stopped' if stop else 'finished'} after {step} steps, {spent / 60:.1f} minutes", flush=True)
