#!/usr/bin/env python3
"""Texts that Hugging Face `transformers` generates under all kinds of settings, with the checkpoints beside this folder.

    python make_generation.py [--out FOLDER]

cases.json lists them. `texts`: the whole decoder sequence that greedy and beam search give (`score` of a beam), each with
the `settings` to write into generation_config.json. `draws`: one sampled text each; `draws.safetensors` holds, one row a
new token, the logits the model gave (`N.logits`, [new tokens, vocabulary]) and what the processors and warpers made of
them (`N.scores`), for the draw number N. versions.json says with which libraries.
"""
import argparse
import json
import pathlib
import re
import sys
import warnings

import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers import GenerationConfig

GOLDEN = pathlib.Path(__file__).resolve().parent.parent
CLASSES = {"gpt2-lm": "GPT2LMHeadModel", "gpt2-untied": "GPT2LMHeadModel", "marian-swish": "MarianMTModel",
           "marian-relu": "MarianMTModel"}
BASE = {
    "gpt2": dict(bos_token_id=96, eos_token_id=96, pad_token_id=96, max_length=20),
    "marian": dict(eos_token_id=0, pad_token_id=89, decoder_start_token_id=89, forced_eos_token_id=0,
                   bad_words_ids=[[89]], max_length=20),
}
PROMPTS = {"gpt2": ([64, 92, 88], [24, 57, 56, 85, 53], [5, 5, 30, 5, 5]), "marian": ([17, 4, 71, 33, 0], [8, 8, 60, 8, 0])}

# What differs from BASE. Every case runs greedy and with beams.
SETTINGS = [
    dict(),
    dict(repetition_penalty=1.3),
    dict(repetition_penalty=0.7),
    dict(repetition_penalty=5.0, no_repeat_ngram_size=1),
    dict(no_repeat_ngram_size=2),
    dict(no_repeat_ngram_size=3),
    dict(no_repeat_ngram_size=50),
    dict(encoder_no_repeat_ngram_size=1),
    dict(encoder_no_repeat_ngram_size=2),
    dict(encoder_repetition_penalty=1.8),
    dict(encoder_repetition_penalty=0.6, repetition_penalty=1.2, encoder_no_repeat_ngram_size=2, no_repeat_ngram_size=2),
    dict(eos_token_id=[50, 73, 12]),
    dict(eos_token_id=[12, 50], min_length=9),
    dict(eos_token_id=[12, 50, 66], min_new_tokens=5),
    dict(eos_token_id=50, min_length=12, min_new_tokens=2),
    dict(max_new_tokens=4),
    dict(max_new_tokens=1),
    dict(max_length=9),
    dict(max_length=9, max_new_tokens=12),
    dict(forced_eos_token_id=7, max_length=11),
    dict(forced_eos_token_id=[7, 3], max_length=11),
    dict(forced_bos_token_id=11),
    dict(forced_bos_token_id=11, begin_suppress_tokens=[50, 12]),
    dict(suppress_tokens=[12, 50, 88]),
    dict(begin_suppress_tokens=[12, 50, 88, 66]),
    dict(bad_words_ids=[[50], [12, 12], [66, 66], [12, 72, 61]]),
    dict(renormalize_logits=True, repetition_penalty=1.4, suppress_tokens=[50]),
    dict(length_penalty=0.0, eos_token_id=[12, 50]),
    dict(length_penalty=2.5, eos_token_id=[12, 50]),
    dict(length_penalty=-1.0, eos_token_id=[12, 50]),
    dict(early_stopping=True, eos_token_id=[12, 50]),
    dict(early_stopping="never", eos_token_id=[12, 50]),
    dict(early_stopping="never", length_penalty=-0.5, eos_token_id=[12, 50]),
    dict(repetition_penalty=1.2, no_repeat_ngram_size=3, length_penalty=0.8, min_length=8, eos_token_id=[12, 50, 31],
         early_stopping=True),
]
BEAMS = (1, 2, 4, 7)

# Sampling: no cut unless named.
NO_CUT = dict(temperature=1.0, top_k=0, top_p=1.0)
DRAWS = [
    dict(),
    dict(temperature=0.7),
    dict(temperature=3.5),
    dict(temperature=0.01),
    dict(top_k=1),
    dict(top_k=5),
    dict(top_k=1000),
    dict(top_p=0.9),
    dict(top_p=0.5),
    dict(top_p=0.05),
    dict(top_p=0.999999),
    dict(min_p=0.0),
    dict(min_p=0.05),
    dict(min_p=0.4),
    dict(min_p=1.0),
    dict(temperature=1.8, top_k=20, top_p=0.8, min_p=0.02),
    dict(temperature=0.6, top_k=12, top_p=0.95, min_p=0.1, repetition_penalty=1.3),
    dict(temperature=1.3, top_p=0.7, no_repeat_ngram_size=2, suppress_tokens=[12, 50], min_length=12, eos_token_id=[12, 66]),
    dict(temperature=1.5, top_k=30, forced_bos_token_id=11, bad_words_ids=[[3], [5, 6]], encoder_no_repeat_ngram_size=1,
         encoder_repetition_penalty=1.5, repetition_penalty=0.8),
    dict(temperature=2.0, top_k=10, top_p=0.6, renormalize_logits=True),
]


def family(name):
    return name.split("-")[0]


def run(model, name, prompt, settings, **options):
    config = GenerationConfig(**settings)
    config.update(return_dict_in_generate=True, output_scores=True, output_logits=True, **options)
    with torch.no_grad():
        return model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                              generation_config=config)


def make_texts(models):
    texts = []
    for name, model in models.items():
        kind = family(name)
        for index, changes in enumerate(SETTINGS):
            settings = {**BASE[kind], **changes}
            if "max_new_tokens" in changes and "max_length" not in changes:
                settings.pop("max_length")
            for beams in BEAMS:
                if beams not in (1, BEAMS[1 + index % 3]) and changes:
                    continue  # one width of beam a case is enough
                if beams > 1 and isinstance(settings.get("forced_eos_token_id"), list):
                    continue  # equal scores: which one a beam takes is nowhere said
                prompt = PROMPTS[kind][(index + beams) % len(PROMPTS[kind])]
                out = run(model, name, prompt, {**settings, "num_beams": beams, "do_sample": False})
                text = {"model": name, "prompt": prompt, "settings": {**settings, "num_beams": beams},
                        "ids": out.sequences[0].tolist()}
                if beams > 1:
                    text["score"] = float(out.sequences_scores[0])
                texts.append(text)
    return texts


def make_draws(models):
    draws, tensors = [], {}
    for name in ("gpt2-untied", "marian-swish"):
        kind = family(name)
        for index, changes in enumerate(DRAWS):
            settings = {**BASE[kind], **NO_CUT, **changes, "do_sample": True, "max_length": 14}
            prompt = PROMPTS[kind][index % len(PROMPTS[kind])]
            torch.manual_seed(index)
            out = run(models[name], name, prompt, settings)
            number = len(draws)
            draws.append({"model": name, "prompt": prompt, "settings": settings, "ids": out.sequences[0].tolist()})
            tensors[f"{number}.logits"] = torch.cat(out.logits).contiguous()
            tensors[f"{number}.scores"] = torch.cat(out.scores).contiguous()
    return draws, tensors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    out = parser.parse_args().out
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    models = {name: getattr(transformers, kind).from_pretrained(GOLDEN / name, dtype=torch.float32).eval()
              for name, kind in CLASSES.items()}
    for model in models.values():
        model.generation_config = GenerationConfig()  # nothing but what a case names
    draws, tensors = make_draws(models)
    text = json.dumps({"texts": make_texts(models), "draws": draws}, indent=1)
    text = re.sub(r"\[[\s\d,]*\]", lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text)
    (out / "cases.json").write_text(text + "\n")
    save_file(tensors, out / "draws.safetensors")
    versions = {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__,
                "safetensors": safetensors.__version__}
    (out / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()
