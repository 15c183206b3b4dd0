#!/usr/bin/env python3
"""Compare what Headlight computes for a text with what Hugging Face `transformers` computes.

    python compare_with_transformers.py MODEL TEXT [--pair TEXT] [--target TEXT] [--headlight BINARY]

MODEL is a folder of the MarianMT, GPT-2 or BERT family with a tokenizer.json. `headlight dump` writes every tensor of
its forward pass; the same names are filled by `transformers` in F32 with eager attention. Prints the token ids of both
and the largest absolute difference of every tensor; leaves with 1 if ids differ or a tensor is further off than allowed.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers
from safetensors import safe_open
from transformers import AutoConfig, AutoTokenizer, GenerationConfig

from make_golden import Recorder

ALLOWED = {"weights": 1e-5, "scores": 1e-3}  # everything else 1e-4; scores are large where weights are near 0
ROOT = pathlib.Path(__file__).resolve().parents[2]


def dump(binary, model, text, pair, target):
    """Headlight's tensors and metadata."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "dump.safetensors"
        command = [str(binary), "dump", "--model", str(model), "--text", text, "--out", str(out)]
        command += ["--text-pair", pair] if pair is not None else []
        command += ["--target", target] if target is not None else []
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"headlight dump left with {done.returncode}:\n{done.stderr}")
        with safe_open(out, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def load(folder):
    """The model as `transformers` has it, its family and its tokenizer."""
    config = AutoConfig.from_pretrained(folder)
    family = config.model_type
    fallback = {"marian": "MarianMTModel", "gpt2": "GPT2LMHeadModel", "bert": "BertForMaskedLM"}
    if family not in fallback:
        sys.exit(f"{folder} is of the {family} family; this script knows {', '.join(fallback)}")
    name = (config.architectures or [fallback[family]])[0]
    model = getattr(transformers, name).from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return model.eval(), family, AutoTokenizer.from_pretrained(folder)


def ids_of(metadata, name):
    return json.loads(metadata[name]) if name in metadata else None


def compare_ids(what, ours, theirs):
    same = ours == theirs
    print(f"{what:<28} {'same' if same else 'DIFFERENT'}")
    if not same:
        print(f"    headlight    {ours}\n    transformers {theirs}")
    return same


def difference(ours, theirs):
    """Largest absolute difference; infinite where one is masked and the other is not."""
    if ours.shape != theirs.shape:
        return float("nan")
    gap = (ours - theirs).abs()
    gap[ours == theirs] = 0  # -inf in both
    return float(gap.max()) if gap.numel() else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("text")
    parser.add_argument("--pair", help="the second text, for BERT")
    parser.add_argument("--target", help="what the decoder reads, for MarianMT; without it the translation")
    parser.add_argument("--headlight", type=pathlib.Path, default=ROOT / "build/release/bin/headlight")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

    ours, metadata = dump(arguments.headlight, arguments.model, arguments.text, arguments.pair, arguments.target)
    model, family, tokenizer = load(arguments.model)
    encoded = tokenizer(arguments.text, arguments.pair)
    ids = encoded["input_ids"]
    good = compare_ids("ids of the text", ids_of(metadata, "ids"), ids)

    inputs = {"input_ids": torch.tensor([ids])}
    if family == "bert" and "token_type_ids" in encoded:
        inputs["token_type_ids"] = torch.tensor([encoded["token_type_ids"]])
    if family == "marian":
        read = ids_of(metadata, "target_ids")
        if arguments.target is None:
            settings = GenerationConfig.from_pretrained(arguments.model)
            with torch.no_grad():
                expected = model.generate(**inputs, generation_config=settings)[0].tolist()
        else:
            expected = [model.config.decoder_start_token_id] + tokenizer(text_target=arguments.target)["input_ids"]
        # The decoder may or may not read its own last word, the end of the sentence.
        good &= compare_ids("ids of the target", read, expected if len(read) == len(expected) else expected[:-1])
        inputs["decoder_input_ids"] = torch.tensor([read])

    theirs = Recorder(model, family).run(model, inputs)
    for name in theirs:
        if name not in ours:
            print(f"{name:<28} MISSING in the dump")
            good = False
            continue
        allowed = ALLOWED.get(name.rsplit(".", 1)[-1], 1e-4)
        gap = difference(ours[name].reshape(theirs[name].shape) if name == "logits" else ours[name], theirs[name])
        fine = gap <= allowed
        good &= fine
        print(f"{name:<28} {gap:9.2e}" + ("" if fine else f"  TOO FAR, allowed {allowed:.0e}"))
    extra = sorted(set(ours) - set(theirs))
    if extra:
        print("only in the dump: " + ", ".join(extra))
    print("all the same" if good else "there are differences")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
