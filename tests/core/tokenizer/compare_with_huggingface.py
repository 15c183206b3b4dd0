#!/usr/bin/env python3
"""Compares bench_tokenizer with Hugging Face on real tokenizers: ids, token strings, byte offsets, type ids, decoding.

Run: python compare_with_huggingface.py --bench build/release/benchmarks/bench_tokenizer \
         --texts FOLDER_OF_TXT_FILES [--speed] TOKENIZER_FOLDER...
A folder is opened by AutoTokenizer, or without configuration by its files: tokenizer.json, vocab.json + merges.txt (GPT-2),
vocab.txt (BERT). With --speed, both are timed on one thread and the ratio printed.
Exits with 1 if anything differs. (tokenizers 0.23.3, transformers 5.23.0)
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("RAYON_NUM_THREADS", "1")

from tokenizers import Tokenizer  # noqa: E402

from hard_strings import HAND_MADE, all_characters, random_strings  # noqa: E402


def from_json(path):
    """Merges of tokens that hold spaces themselves ("a  b") are cut where the vocabulary allows it; the library refuses them."""
    document = json.loads(path.read_text(encoding="utf-8"))
    vocab = document["model"]["vocab"]
    merges = document["model"].get("merges", [])
    for i, merge in enumerate(merges):
        if isinstance(merge, str):
            cuts = [c for c in range(len(merge)) if merge[c] == " " and merge[:c] in vocab and merge[c + 1 :] in vocab]
            merges[i] = [merge[: cuts[0]], merge[cuts[0] + 1 :]]
    return Tokenizer.from_str(json.dumps(document))


class Transformers:
    """A tokenizer of transformers in the shape of tokenizers.Tokenizer; Python's own know no offsets."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer

    def no_padding(self):
        pass

    def no_truncation(self):
        pass

    def encode(self, *texts):
        return self.tokenizer(*texts).encodings[0] if self.tokenizer.is_fast else self.tokenizer(*texts)

    def decode(self, ids, skip_special_tokens):
        return self.tokenizer.decode(ids, skip_special_tokens=skip_special_tokens)


def load(path):
    path = pathlib.Path(path)
    if path.is_file():
        return from_json(path)
    from transformers import AutoTokenizer, BertTokenizerFast, GPT2TokenizerFast

    if (path / "config.json").exists() or (path / "tokenizer_config.json").exists():
        try:
            return Transformers(AutoTokenizer.from_pretrained(path))
        except TypeError:  # merges of tokens that hold spaces
            return from_json(path / "tokenizer.json")
    if (path / "tokenizer.json").exists():
        return from_json(path / "tokenizer.json")
    return Transformers((BertTokenizerFast if (path / "vocab.txt").exists() else GPT2TokenizerFast).from_pretrained(path))


def byte_offsets(text, offsets):
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    return [[starts[min(begin, len(text))], starts[min(end, len(text))]] for begin, end in offsets]


def expected(tokenizer, line):
    texts = [line] if isinstance(line, str) else line
    if isinstance(tokenizer, Transformers) and not tokenizer.tokenizer.is_fast:
        return {"ids": tokenizer.encode(*texts)["input_ids"]}
    encoding = tokenizer.encode(*texts)
    offsets = []
    for i, (begin, end) in enumerate(encoding.offsets):
        text = texts[1] if encoding.sequence_ids[i] == 1 else texts[0]
        offsets += byte_offsets(text, [(begin, end)])
    return {"ids": encoding.ids, "tokens": encoding.tokens, "offsets": offsets, "type_ids": encoding.type_ids}


def ask(bench, folder, lines):
    text = "".join(json.dumps(line) + "\n" for line in lines)
    run = subprocess.run([bench, str(folder), "lines"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.decode().split("\n") if line]


def first_difference(line, want, got):
    """The token where they part, with the text around it: long texts are hard to read."""
    if "ids" not in got or "offsets" not in want:
        return got.get("error", "")
    for i, (a, b) in enumerate(zip(zip(want["tokens"], want["offsets"]), zip(got["tokens"], got["offsets"]))):
        if a != b:
            near = (line if isinstance(line, str) else line[0]).encode()[max(a[1][0] - 12, 0) : a[1][1] + 12].decode(errors="replace")
            return f"token {i}, want {a!a}, got {b!a}, near {near!a}"
    return f"{len(want['ids'])} tokens, got {len(got['ids'])}"


def compare(bench, folder, lines, report=5):
    tokenizer = load(folder)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    wanted = [expected(tokenizer, line) for line in lines]
    answers = ask(bench, folder, lines)
    n_wrong = abs(len(answers) - len(lines))
    for line, want, got in zip(lines, wanted, answers):
        if any(got.get(key) != want[key] for key in want):
            n_wrong += 1
            if n_wrong <= report:
                print(f"  first difference: {first_difference(line, want, got)}")
                keys = [k for k in want if got.get(k) != want[k]]
                print(f"  differs in {keys}: {line!r}\n    want {[want[k] for k in keys]}\n    got  {[got.get(k, got.get('error')) for k in keys]}")
    questions, decoded = [], []
    for want in wanted:
        for skip in (True, False):
            questions.append({"decode": want["ids"], "skip": skip})
            decoded.append(tokenizer.decode(want["ids"], skip_special_tokens=skip))
    n_wrong_decoded = 0
    for question, want, got in zip(questions, decoded, ask(bench, folder, questions)):
        if got != want:
            n_wrong_decoded += 1
            if n_wrong_decoded <= report:
                print(f"  decodes differently: {question}\n    want {want!r}\n    got  {got!r}")
    print(f"{folder}: {len(lines)} texts, {n_wrong} differ, {n_wrong_decoded} decoded differently")
    return n_wrong + n_wrong_decoded


def speed(bench, folder, text_file):
    """MB/s of both on one thread, by processor time: the whole text at once, then line by line; the best run counts."""
    tokenizer = load(folder)
    if isinstance(tokenizer, Transformers) and tokenizer.tokenizer.is_fast:
        tokenizer = tokenizer.tokenizer.backend_tokenizer  # the Rust library alone
    text = text_file.read_text(encoding="utf-8")
    lines = text.splitlines()
    n_bytes = text_file.stat().st_size
    best = [1e9, 1e9]
    for _ in range(3):
        begin = time.process_time()
        tokenizer.encode(text)
        best[0] = min(best[0], time.process_time() - begin)
        begin = time.process_time()
        for line in lines:
            tokenizer.encode(line)
        best[1] = min(best[1], time.process_time() - begin)
    begin = time.process_time()
    load(folder)
    theirs = [n_bytes / seconds / 1e6 for seconds in best]
    print(f"  Hugging Face: load {1e3 * (time.process_time() - begin):.1f} ms, whole {theirs[0]:.1f} MB/s, by line {theirs[1]:.1f} MB/s")
    answer = subprocess.run([bench, str(folder), "time", str(text_file), "5"], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    ours = [float(x) for x in re.findall(r"([0-9.]+) MB/s", answer)]
    print(f"  Headlight:    {answer}")
    print(f"  Headlight is {ours[0] / theirs[0]:.2f} times as fast on the whole text, {ours[1] / theirs[1]:.2f} by line")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True)
    parser.add_argument("--texts", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=pathlib.Path, help="a text of about a megabyte")
    parser.add_argument("--goldens", action="store_true", help="also every small tokenizer of make_tokenizer_goldens.py")
    parser.add_argument("--only", default="", help="of the small tokenizers, those whose name contains this")
    parser.add_argument("--all-characters", action="store_true", help="also every code point")
    parser.add_argument("folders", nargs="*")
    arguments = parser.parse_args()
    lines = list(HAND_MADE) + random_strings(arguments.random, arguments.seed)
    if arguments.texts:
        for path in sorted(arguments.texts.glob("*.txt")):
            text = path.read_text(encoding="utf-8")
            lines += [line for line in text.splitlines()[100:2000:13] if line]
            lines.append(text[5000:25000])
    lines += [[a, b] for a, b in zip(HAND_MADE, HAND_MADE[1:])]
    if arguments.all_characters:
        lines += all_characters()
    n_wrong = 0
    for folder in arguments.folders:
        n_wrong += compare(arguments.bench, folder, lines)
        if arguments.speed:
            speed(arguments.bench, folder, arguments.speed)
    if arguments.goldens:
        from make_tokenizer_goldens import make_cases, make_models, tokenizer_json

        known_models = make_models()
        with tempfile.TemporaryDirectory() as folder:
            for i, case in enumerate(c for c in make_cases() if arguments.only in c["name"]):
                path = pathlib.Path(folder) / f"{i} {case['name'].replace('/', ' ')}.json"
                path.write_text(json.dumps(tokenizer_json(case, known_models)))
                n_wrong += compare(arguments.bench, path, lines)
    sys.exit(1 if n_wrong else 0)


if __name__ == "__main__":
    main()
