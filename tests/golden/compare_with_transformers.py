#!/usr/bin/env python3
"""Compare what Headlight computes for a text with what Hugging Face `transformers` computes.

    python compare_with_transformers.py MODEL [TEXT] [--pair TEXT] [--target TEXT] [--ids IDS] [--target-ids IDS]
                                        [--headlight BINARY]

MODEL is a folder of a family Headlight supports, with a tokenizer. `headlight dump` writes every tensor of its forward
pass; the same names are filled by `transformers` in F32 with eager attention. Prints the token ids of both and the
largest absolute difference of every tensor; leaves with 1 if ids differ or a tensor is further off than allowed.
With --ids (and --target-ids) in place of TEXT, no tokenizer is needed.
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

from make_golden import FAMILIES
from recorder import Recorder, model_inputs

ALLOWED = {"weights": 1e-5, "scores": 1e-3}  # everything else 1e-4; scores are large where weights are near 0
ROOT = pathlib.Path(__file__).resolve().parents[2]


def dump(arguments):
    """Headlight's tensors and metadata."""
    options = {"--text": arguments.text, "--text-pair": arguments.pair, "--target": arguments.target,
               "--ids": arguments.ids, "--target-ids": arguments.target_ids}
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "dump.safetensors"
        command = [str(arguments.headlight), "dump", "--model", str(arguments.model), "--out", str(out)]
        for name, value in options.items():
            command += [name, value] if value is not None else []
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"headlight dump left with {done.returncode}:\n{done.stderr}")
        with safe_open(out, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def load(folder):
    """The model as `transformers` has it, and its family."""
    config = AutoConfig.from_pretrained(folder)
    family = FAMILIES.get(config.model_type)
    if family is None:
        sys.exit(f"{folder} is of the {config.model_type} family; this script knows {', '.join(FAMILIES)}")
    name = (config.architectures or [family.fallback])[0]
    model = getattr(transformers, name).from_pretrained(folder, dtype=torch.float32,
                                                        attn_implementation=family.attention_implementation)
    return model.eval(), family


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


def expected_target(arguments, model, tokenizer, ids):
    """What an encoder-decoder's decoder reads: the text given, or what it generates itself."""
    if arguments.target is not None:
        return [model.config.decoder_start_token_id] + tokenizer(text_target=arguments.target)["input_ids"]
    settings = GenerationConfig.from_pretrained(arguments.model)
    with torch.no_grad():
        return model.generate(torch.tensor([ids]), generation_config=settings)[0].tolist()


def compare_inputs(arguments, model, family, metadata):
    """Whether the tokens of both are the same; and what the model reads."""
    inputs = {"ids": ids_of(metadata, "ids")}
    read = ids_of(metadata, "target_ids")
    classifies = any(head in type(model).__name__ for head in ("Classification", "QuestionAnswering"))
    encoder_decoder = read is not None and not classifies  # a classifier's decoder reads the text again
    if encoder_decoder:
        inputs["target_ids"] = read
    if arguments.ids is not None:
        return True, inputs
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    encoded = tokenizer(arguments.text, arguments.pair)
    good = compare_ids("ids of the text", inputs["ids"], encoded["input_ids"])
    inputs["ids"] = encoded["input_ids"]
    if getattr(model.config, "type_vocab_size", 0) > 0:
        # ALBERT's tokenizer has segments in its template, which transformers 5 no longer hands on by itself.
        inputs["type_ids"] = encoded["token_type_ids"] if "token_type_ids" in encoded else encoded.encodings[0].type_ids
    if encoder_decoder:
        expected = expected_target(arguments, model, tokenizer, inputs["ids"])
        # The decoder may or may not read its own last word, the end of the sentence.
        good &= compare_ids("ids of the target", read, expected if len(read) == len(expected) else expected[:-1])
    return good, inputs


def compare_tensors(ours, theirs):
    good = True
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
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("text", nargs="?")
    parser.add_argument("--pair", help="the second text, for encoders that read pairs")
    parser.add_argument("--target", help="what an encoder-decoder's decoder reads; without it what the model generates")
    parser.add_argument("--ids", help="token ids instead of a text: 1,2,3")
    parser.add_argument("--target-ids", help="the same for the decoder, start token first")
    parser.add_argument("--headlight", type=pathlib.Path, default=ROOT / "build/release/bin/headlight")
    arguments = parser.parse_args()
    if (arguments.text is None) == (arguments.ids is None):
        parser.error("give either a text or --ids")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()

    ours, metadata = dump(arguments)
    model, family = load(arguments.model)
    same_ids, inputs = compare_inputs(arguments, model, family, metadata)
    good = compare_tensors(ours, Recorder(model, family).run(model, model_inputs(inputs))) and same_ids
    print("all the same" if good else "there are differences")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
