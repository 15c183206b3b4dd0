"""Train mini-bert on one thread: guess hidden tokens of sentences, pairs and passages.

A step sees one batch of one kind, its rows of about equal length. A fifth of the tokens is asked for; of these 80 % are
replaced by [MASK], 10 % by a random token and 10 % left as they are. Two heads of the first block are shown in the
first part of the time to look at the previous and at the next token; after that they are left alone.
"""
import argparse
import pathlib
import sys

import numpy as np
import torch
from transformers import BertConfig, BertForMaskedLM

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))
from training import ChunkedLoss, Guided, add_arguments, guide_loss, train

WIDTH, HEADS, DEPTH, POSITIONS = 256, 4, 4, 128
PAD, UNKNOWN, BEGIN, END, MASK = range(5)
KINDS = (("sentences", 0.5), ("paraphrases", 0.1), ("books", 0.4))
PREVIOUS, NEXT = (0, 0), (0, 1)


def config(vocabulary):
    return BertConfig(vocab_size=vocabulary, hidden_size=WIDTH, num_hidden_layers=DEPTH, num_attention_heads=HEADS,
                      intermediate_size=4 * WIDTH, max_position_embeddings=POSITIONS, type_vocab_size=2,
                      hidden_act="gelu", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, pad_token_id=PAD)


class Kind:
    """The sequences of one kind; batches are neighbours in the order of length, with ties broken anew each time."""

    def __init__(self, corpus, name):
        self.ids, self.offsets, self.second = (corpus[f"{name}_{part}"] for part in ("ids", "offsets", "second"))
        self.length = np.diff(self.offsets)
        self.queue = []

    def rows(self, tokens, random):
        if not self.queue:
            order = np.lexsort((random.random(len(self.length)), self.length))
            at = 0
            while at < len(order):
                count = max(1, tokens // int(self.length[order[min(at + 8, len(order) - 1)]]))
                self.queue.append(order[at:at + count])
                at += count
            random.shuffle(self.queue)
        return self.queue.pop()

    def padded(self, rows):
        """Ids and token types, filled up to the longest row (to an even length, for fewer distinct shapes)."""
        width = (int(self.length[rows].max()) + 1) // 2 * 2
        ids = np.full((len(rows), width), PAD)
        types = np.zeros((len(rows), width), np.int64)
        for i, row in enumerate(rows):
            ids[i, :self.length[row]] = self.ids[self.offsets[row]:self.offsets[row + 1]]
            types[i, self.second[row]:self.length[row]] = 1
        return ids, types


def hide(ids, vocabulary, random, asked=0.2):
    """The ids with some hidden, and what was there (-1: not asked)."""
    ordinary = ids > MASK
    chosen = ordinary & (random.random(ids.shape) < asked)
    gold = np.where(chosen, ids, -1)
    fate = random.random(ids.shape)
    given = np.where(chosen & (fate < 0.8), MASK, ids)
    given = np.where(chosen & (fate >= 0.9), random.integers(MASK + 1, vocabulary, ids.shape), given)
    return given, gold


def neighbours(ids):
    """For guiding: where the previous and the next token are, asked of ordinary tokens only."""
    position = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
    ordinary = ids > END
    return tuple(torch.from_numpy(np.where(ordinary, position + offset, -1)) for offset in (-1, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--tokens", type=int, default=3072, help="tokens a step")
    parser.add_argument("--guide", type=float, default=0.1, help="weight of the loss of each guided head")
    parser.add_argument("--guide-until", type=float, default=0.15, help="share of the time in which heads are guided")
    add_arguments(parser, minutes=89, peak=1e-3, warmup=500)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)

    corpus = np.load(arguments.work / "corpus.npz")
    kinds = [Kind(corpus, name) for name, _ in KINDS]
    vocabulary = 1 + max(int(kind.ids.max()) for kind in kinds)
    model = BertForMaskedLM(config(vocabulary))
    model.set_attn_implementation("recipe")
    decoder = model.cls.predictions.decoder
    Guided.heads = (PREVIOUS, NEXT)

    def run(ids, types, given):
        mask = torch.from_numpy(np.where(ids == PAD, -1e4, 0.0).astype(np.float32))[:, None, None, :]
        return model.bert(torch.from_numpy(given), token_type_ids=torch.from_numpy(types),
                          attention_mask=mask.expand(-1, 1, ids.shape[1], -1)).last_hidden_state

    def masked_loss(ids, types, random):
        given, gold = hide(ids, vocabulary, random)
        gold = torch.from_numpy(gold)
        asked = gold >= 0
        hidden = model.cls.predictions.transform(run(ids, types, given)[asked]).to(torch.bfloat16)
        return ChunkedLoss.apply(hidden, decoder.weight, decoder.bias, gold[asked])

    def losses(random, step, share):
        kind = kinds[int(random.choice(len(kinds), p=[weight for _, weight in KINDS]))]
        ids, types = kind.padded(kind.rows(arguments.tokens, random))
        name = KINDS[kinds.index(kind)][0]
        parts = {name: (masked_loss(ids, types, random), 1.0)}
        guide = arguments.guide if share < arguments.guide_until else 0.0
        for label, head, wanted in zip(("previous", "next"), (PREVIOUS, NEXT), neighbours(ids)):
            parts[label] = guide_loss(*head, wanted), guide
        return parts

    held_out = Kind(corpus, "held_out")
    chosen = np.random.default_rng(12345).permutation(len(held_out.length))[:300]

    def watch():
        ids, types = held_out.padded(chosen)
        loss = masked_loss(ids, types, np.random.default_rng(12345))
        looks = {}
        run(ids, types, ids)
        for label, head, wanted in zip(("previous_head", "next_head"), (PREVIOUS, NEXT), neighbours(ids)):
            rows = wanted >= 0
            weights = Guided.seen[head].exp().gather(2, wanted.clamp(min=0)[:, :, None])[:, :, 0]
            looks[label] = round(float(weights[rows].mean()), 4)
        return dict(held_out=round(float(loss), 4), **looks)

    train(model, losses, watch, arguments)


if __name__ == "__main__":
    main()
