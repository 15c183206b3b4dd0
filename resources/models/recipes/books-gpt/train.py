"""Train books-gpt on one thread: the books, and rows in which something comes back that can be copied.

A row is 256 tokens and one of three kinds:
- text: a piece of a book;
- random: a few random tokens over and over, so that nothing but copying predicts them; the first time round is not
  part of the loss, since nothing can predict that;
- echo: a piece of a book in which a passage comes again after other text.
Repetitions start anywhere and have any period, so that counting positions does not help and looking for the last time
a token was there does.

Two heads are guided for a while. From a tenth of the time on, head 0 of the first block is shown to look at the previous
token: what an induction head in a later block needs. From 18 % on, head 0 of the second block is shown, in the random
rows only, to look at the token after an earlier occurrence. From 30 % on all heads are left alone, and what remains is
what the training text rewards.
"""
import argparse
import pathlib
import sys

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))
from training import ChunkedLoss, Guided, add_arguments, guide_loss, train

WIDTH, HEADS, DEPTH, POSITIONS = 256, 8, 4, 256
PREVIOUS, INDUCTION = (0, 0), (1, 0)  # blocks and heads that are guided
GUIDE_FROM = {PREVIOUS: 0.10, INDUCTION: 0.18}  # shares of the time
GUIDE_UNTIL = 0.3


def config(vocabulary, activation="gelu_new"):
    return GPT2Config(vocab_size=vocabulary, n_positions=POSITIONS, n_embd=WIDTH, n_layer=DEPTH, n_head=HEADS,
                      activation_function=activation, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
                      bos_token_id=0, eos_token_id=0, use_cache=True)


def synthetic_share(share):
    """Shares of random and echo rows: more of them while heads are guided."""
    return (0.30, 0.10) if share < GUIDE_UNTIL else (0.20, 0.10)


def text_row(ids, random):
    start = int(random.integers(0, len(ids) - 2 * POSITIONS))
    return ids[start:start + POSITIONS + 1].copy()


def random_row(vocabulary, random):
    """Random tokens with a period between 4 and 128, which of them can be predicted, and the period."""
    period = int(round(4 * 32 ** random.random()))
    row = np.tile(random.integers(1, vocabulary, period), POSITIONS // period + 2)[:POSITIONS + 1]
    gold = row.copy()
    gold[:period + 1] = -1  # the second time round its first token is a surprise, too
    return row, gold, period


def echo_row(ids, random):
    row = text_row(ids, random)
    length = int(random.integers(8, 100))
    first = int(random.integers(0, POSITIONS + 1 - 2 * length))
    again = int(random.integers(first + length, POSITIONS + 2 - length))
    row[again:again + length] = row[first:first + length]
    return row


def batch(ids, vocabulary, rows, shares, random):
    """Rows of ids and what each position should predict (-1: nothing asked), and the periods of random rows."""
    given, gold, periods = [], [], []
    for _ in range(rows):
        kind, period = random.random(), 0
        if kind < shares[0]:
            row, wanted, period = random_row(vocabulary, random)
        else:
            row = wanted = echo_row(ids, random) if kind < sum(shares) else text_row(ids, random)
        given.append(row[:-1])
        gold.append(wanted[1:])
        periods.append(period)
    return torch.from_numpy(np.stack(given)).long(), torch.from_numpy(np.stack(gold)).long(), np.array(periods)


def causal_mask(length):
    return torch.full((length, length), -1e4).triu_(1)[None, None]


def induction_loss(periods):
    """How far the guided head is, in random rows, from looking at the tokens after earlier occurrences."""
    chosen = torch.from_numpy(np.flatnonzero(periods))
    if len(chosen) == 0:
        return torch.zeros(())
    period = torch.from_numpy(periods)[chosen][:, None, None]
    query, key = torch.arange(POSITIONS)[None, :, None], torch.arange(POSITIONS)[None, None, :]
    right = ((query + 1 - key) % period == 0) & (key > 0) & (key <= query)
    asked = (query >= period).squeeze(2)
    looks = Guided.seen[INDUCTION][chosen].masked_fill(~right, -1e4).logsumexp(-1)
    return -looks[asked].mean()


def induction(weights, length):
    """Per head: mean weight of the second half's rows on the token after the previous occurrence."""
    rows = torch.arange(length, 2 * length)
    return weights[:, :, rows, rows - length + 1].mean((0, 2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--rows", type=int, default=10, help="rows of 256 tokens a step")
    parser.add_argument("--guide", type=float, default=0.1, help="weight of the loss of each guided head")
    add_arguments(parser, minutes=96, peak=1.2e-3, warmup=200)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)

    ids, held_out = (np.load(arguments.work / f"{name}.npy") for name in ("train", "held_out"))
    vocabulary = int(ids.max()) + 1
    # The same function as gelu_new, in one operation.
    model = GPT2LMHeadModel(config(vocabulary, "gelu_pytorch_tanh"))
    model.set_attn_implementation("recipe")
    mask = causal_mask(POSITIONS)
    previous = torch.arange(-1, POSITIONS - 1).repeat(arguments.rows, 1)
    Guided.heads = (PREVIOUS, INDUCTION)

    def losses(random, step, share):
        given, gold, periods = batch(ids, vocabulary, arguments.rows, synthetic_share(share), random)
        hidden = model.transformer(given, attention_mask=mask, use_cache=False).last_hidden_state.to(torch.bfloat16)
        parts = {}
        for name, rows in (("random", periods > 0), ("text", periods == 0)):
            wanted = gold[rows].flatten()
            asked = wanted >= 0
            if asked.any():
                loss = ChunkedLoss.apply(hidden[rows].flatten(0, 1)[asked], model.lm_head.weight, None, wanted[asked])
                parts[name] = loss, float(rows.mean())
        for name, head, loss in (("previous", PREVIOUS, guide_loss(*PREVIOUS, previous)),
                                 ("induction", INDUCTION, induction_loss(periods))):
            parts[name] = loss, arguments.guide if GUIDE_FROM[head] <= share < GUIDE_UNTIL else 0.0
        return parts

    check = np.random.default_rng(12345)
    probe = torch.from_numpy(np.tile(check.integers(1, vocabulary, (4, 64)), 2))
    starts = check.integers(0, len(held_out) - POSITIONS - 1, 24)
    pieces = torch.from_numpy(np.stack([held_out[s:s + POSITIONS + 1] for s in starts])).long()

    def watch():
        hidden = model.transformer(pieces[:, :-1], attention_mask=mask, use_cache=False).last_hidden_state
        loss = ChunkedLoss.apply(hidden.flatten(0, 1), model.lm_head.weight, None, pieces[:, 1:].flatten())
        model.set_attn_implementation("eager")
        attentions = model(probe, output_attentions=True, use_cache=False).attentions
        model.set_attn_implementation("recipe")
        measured = torch.stack([induction(a.float(), 64) for a in attentions])
        best = int(measured.argmax())
        return dict(held_out=round(float(loss), 4), induction=round(float(measured.max()), 4),
                    induction_head=f"{best // HEADS}.{best % HEADS}")

    train(model, losses, watch, arguments)


if __name__ == "__main__":
    main()
