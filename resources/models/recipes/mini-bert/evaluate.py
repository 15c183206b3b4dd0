"""Measure an exported mini-bert: easy gaps, hidden tokens of held-out sentences, the heads that look next door."""
import argparse
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from transformers import AutoModelForMaskedLM, AutoTokenizer

from train import END, PAD, Kind, hide, neighbours


def gaps(model, tokenizer, path):
    """How often the first and one of the first five words is among those accepted (the list is in gaps.tsv)."""
    first = five = 0
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    for sentence, accepted in lines:
        inputs = tokenizer(sentence, return_tensors="pt")
        at = int((inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[0])
        with torch.no_grad():
            chances = model(**inputs).logits[0, at].softmax(-1)
        top = chances.topk(5)
        words = tokenizer.convert_ids_to_tokens(top.indices.tolist())
        fits = [word in accepted.split() for word in words]
        first, five = first + fits[0], five + any(fits)
        shown = ", ".join(f"{word} {float(p):.2f}" for word, p in zip(words, top.values))
        print(f"{'+' if fits[0] else '-'} {sentence}  {shown}")
    print(f"of {len(lines)} gaps the first word fits in {first}, one of the first five in {five}")
    return dict(gaps=len(lines), first_word_fits=first, one_of_five_fits=five)


def hidden_tokens(model, held_out, random):
    """Loss and share of right guesses where a fifth of the tokens is asked for, as in training."""
    loss, right, count = 0.0, 0, 0
    for rows in np.array_split(np.argsort(held_out.length, kind="stable"), 40):
        ids, types = held_out.padded(rows)
        given, gold = hide(ids, model.config.vocab_size, random)
        with torch.no_grad():
            logits = model(torch.from_numpy(given), token_type_ids=torch.from_numpy(types),
                           attention_mask=torch.from_numpy((ids != PAD).astype(np.int64))).logits
        asked = torch.from_numpy(gold >= 0)
        wanted = torch.from_numpy(gold)[asked]
        loss += float(F.cross_entropy(logits[asked], wanted, reduction="sum"))
        right += int((logits[asked].argmax(-1) == wanted).sum())
        count += len(wanted)
    print(f"held-out sentences: {loss / count:.3f} nats a hidden token, {right / count:.1%} guessed right")
    return dict(loss=round(loss / count, 4), right=round(right / count, 4))


def looks(model, held_out):
    """Per block and head, the mean weight of ordinary tokens on the previous and on the next token."""
    sums, count = 0, 0
    for rows in np.array_split(np.argsort(held_out.length, kind="stable"), 40):
        ids, types = held_out.padded(rows)
        with torch.no_grad():
            attentions = model(torch.from_numpy(ids), token_type_ids=torch.from_numpy(types), output_attentions=True,
                               attention_mask=torch.from_numpy((ids != PAD).astype(np.int64))).attentions
        both = []
        for wanted in neighbours(ids):
            asked = (wanted >= 0)[:, None, :]
            index = wanted.clamp(min=0)[:, None, :, None].expand(-1, model.config.num_attention_heads, -1, 1)
            both.append(torch.stack([(w.gather(3, index)[..., 0] * asked).sum((0, 2)) for w in attentions]))
        sums = sums + torch.stack(both)
        count += int((ids > END).sum())
    result = {}
    for what, measured in zip(("previous", "next"), sums / count):
        order = measured.flatten().argsort(descending=True)[:3].tolist()
        result[what] = {f"{i // measured.shape[1]}.{i % measured.shape[1]}": round(float(measured.flatten()[i]), 3) for i in order}
        print(f"mean weight on the {what} token: {result[what]}")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=pathlib.Path, default="out")
    parser.add_argument("--work", type=pathlib.Path, default="work", help="where prepare.py put corpus.npz")
    parser.add_argument("--gaps", type=pathlib.Path, default=pathlib.Path(__file__).parent / "gaps.tsv")
    parser.add_argument("--json", type=pathlib.Path, help="write the result here")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForMaskedLM.from_pretrained(arguments.model, dtype=torch.float32, attn_implementation="eager").eval()
    held_out = Kind(np.load(arguments.work / "corpus.npz"), "held_out")
    result = gaps(model, tokenizer, arguments.gaps)
    result |= hidden_tokens(model, held_out, np.random.default_rng(7))
    result |= looks(model, held_out)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
