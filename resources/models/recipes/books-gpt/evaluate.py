"""Measure an exported books-gpt: held-out text, copying of random tokens, induction heads, a few continuations."""
import argparse
import json
import math
import pathlib

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from train import POSITIONS, induction

PROMPTS = ("The old man looked at the sea and", "She was very happy when", "\"What do you mean?\" said Alice",
           "Mr. Brown and Mrs. Green went to the house. Mr. Brown and Mrs.")


def held_out_loss(model, ids):
    """Mean negative log-likelihood a token; pieces of 256 tokens, of which each sees only its own beginning."""
    pieces = torch.from_numpy(ids[:len(ids) // POSITIONS * POSITIONS].astype(np.int64)).view(-1, POSITIONS)
    with torch.no_grad():
        losses = [float(model(piece[None], labels=piece[None]).loss) for piece in pieces]
    return sum(losses) / len(losses)


def random_repetition(model, vocabulary, length, sequences, seed):
    """Random ordinary tokens said twice: per block and head the mean weight on the token after the previous occurrence
    and on the previous token, and how often the most likely next token is the right one in the second half."""
    random = np.random.default_rng(seed)
    rows = torch.from_numpy(np.tile(random.integers(1, vocabulary, (sequences, length)), 2))
    with torch.no_grad():
        out = model(rows, output_attentions=True)
    after = torch.stack([induction(weights, length) for weights in out.attentions])
    all_rows = torch.arange(1, 2 * length)
    before = torch.stack([weights[:, :, all_rows, all_rows - 1].mean((0, 2)) for weights in out.attentions])
    right = (out.logits[:, length:-1].argmax(-1) == rows[:, length + 1:]).float().mean()
    return after, before, float(right)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=pathlib.Path, default="out")
    parser.add_argument("--work", type=pathlib.Path, default="work", help="where prepare.py put held_out.npy")
    parser.add_argument("--json", type=pathlib.Path, help="write the result here")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32, attn_implementation="eager").eval()

    ids = np.load(arguments.work / "held_out.npy")
    loss = held_out_loss(model, ids)
    characters = len(tokenizer.decode(ids.tolist()))
    bits = loss * len(ids) / characters / math.log(2)
    print(f"held-out text: {loss:.3f} nats a token, perplexity {math.exp(loss):.1f}, {bits:.2f} bits a character")
    result = dict(loss=round(loss, 4), perplexity=round(math.exp(loss), 2), bits_per_character=round(bits, 3))

    for length in (32, 64, 100):
        after, before, right = random_repetition(model, model.config.vocab_size, length, 20, seed=7)
        print(f"random {length} + {length}: the next token is right {right:.1%} of the time")
        for what, measured in (("after the previous occurrence", after), ("previous token", before)):
            order = measured.flatten().argsort(descending=True)[:4].tolist()
            best = {f"{i // measured.shape[1]}.{i % measured.shape[1]}": round(float(measured.flatten()[i]), 3) for i in order}
            print(f"  {what}: {best}")
            result[f"{what}, {length}"] = best
        result[f"copied right, {length}"] = round(right, 4)

    for prompt in PROMPTS:
        given = tokenizer(prompt, return_tensors="pt", return_token_type_ids=False)
        torch.manual_seed(1)
        greedy = model.generate(**given, max_new_tokens=20, do_sample=False, pad_token_id=0)
        sampled = model.generate(**given, max_new_tokens=40, do_sample=True, temperature=0.8, top_p=0.95, top_k=0,
                                 pad_token_id=0)
        print(f"\n> {tokenizer.decode(greedy[0])}\n~ {tokenizer.decode(sampled[0])}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
