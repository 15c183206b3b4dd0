#!/usr/bin/env python3
"""Writes ../../golden/tokenizer/real_files.json: more than 2,000 hard strings and what Hugging Face makes of each with the
files of real models: ids, token strings, byte offsets and type ids, as digests (FNV-1a, 32 bits a text).

The models' files are not in this repository: FILES is a folder with gpt2, roberta-base, llama2, t5-small,
bert-base-uncased and marian-opus-mt-tc-big-fr-en, by default shared/tokenizers beside the checkout; the bundled en-fr is
tested too. Marian's tokenizer is Python's and knows no offsets: for it the digests are of ids alone. Some cases put a real SentencePiece file
under another class of tokenizer, whose numbering is its own.

Run: python make_file_goldens.py [FILES]
Made with transformers 5.23.0, tokenizers 0.23.3, sentencepiece 0.2.3 on Python 3.11; the random strings are seeded.
"""
import json
import os
import pathlib
import sys
import tempfile
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
warnings.filterwarnings("ignore")

import tokenizers  # noqa: E402
import transformers  # noqa: E402
from transformers import AutoTokenizer, BertTokenizerFast, GPT2TokenizerFast  # noqa: E402

from compare_with_huggingface import byte_offsets, from_json  # noqa: E402
from hard_strings import EXTRA, HAND_MADE, LONG, expanded, random_strings  # noqa: E402
from make_folder_goldens import fnv  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
TARGET = ROOT / "tests/golden/tokenizer/real_files.json"


def cases(files):
    """Name, files of the folder by name (paths, or JSON to write), how Hugging Face opens it."""
    auto = AutoTokenizer.from_pretrained
    spm = files / "marian-opus-mt-tc-big-fr-en/source.spm"

    def whole(folder):
        return {path.name: path for path in sorted(folder.iterdir())}

    def under(model_type, name, path=spm, **settings):
        out = {name: path, "config.json": {"model_type": model_type}}
        if settings:
            out["tokenizer_config.json"] = settings
        return out

    yield "gpt2", whole(files / "gpt2"), GPT2TokenizerFast.from_pretrained
    yield "roberta-base", whole(files / "roberta-base"), auto
    yield "llama2", whole(files / "llama2"), lambda folder: from_json(folder / "tokenizer.json")
    yield "t5-small", whole(files / "t5-small"), auto
    yield "bert-base-uncased", whole(files / "bert-base-uncased"), BertTokenizerFast.from_pretrained
    yield "marian-opus-mt-tc-big-fr-en", whole(files / "marian-opus-mt-tc-big-fr-en"), auto
    yield "en-fr", whole(ROOT / "resources/models/en-fr"), auto
    model = files / "llama2/tokenizer.model"
    yield "llama2, tokenizer.model", under("llama", "tokenizer.model", model, tokenizer_class="LlamaTokenizer", add_bos_token=True, legacy=True), auto
    yield "llama2, tokenizer.model, Phi-3", under("phi3", "tokenizer.model", model, tokenizer_class="LlamaTokenizer"), auto
    yield "llama2, tokenizer.model, NLLB", under("m2m_100", "sentencepiece.bpe.model", model, tokenizer_class="NllbTokenizer", src_lang="fra_Latn", additional_special_tokens=["fra_Latn"]), auto
    yield "source.spm, XLM-R", under("xlm-roberta", "sentencepiece.bpe.model"), auto
    yield "source.spm, mBART-50", under("mbart", "sentencepiece.bpe.model", tokenizer_class="MBart50Tokenizer", src_lang="fr_XX"), auto
    yield "source.spm, CamemBERT", under("camembert", "sentencepiece.bpe.model"), auto
    yield "source.spm, T5", under("t5", "spiece.model", eos_token="</s>"), auto


def digest(tokenizer, text, target=False):
    if isinstance(tokenizer, tokenizers.Tokenizer):
        encoding = tokenizer.encode(text)
    else:
        encoded = tokenizer(text_target=text) if target else tokenizer(text)
        if not tokenizer.is_fast:
            return fnv("".join(f"{i};" for i in encoded["input_ids"]))
        encoding = encoded.encodings[0]
    offsets = byte_offsets(text, encoding.offsets)
    return fnv("".join(f"{i},{begin},{end},{kind},{piece};" for i, (begin, end), kind, piece in zip(encoding.ids, offsets, encoding.type_ids, encoding.tokens)))


def main():
    transformers.logging.set_verbosity_error()
    files = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared/tokenizers"
    strings = HAND_MADE + EXTRA + random_strings(2100, seed=31) + LONG
    out = []
    for name, contents, load in cases(files):
        with tempfile.TemporaryDirectory() as folder:
            listed = {}
            for file, content in contents.items():
                path = pathlib.Path(folder) / file
                if isinstance(content, pathlib.Path):
                    path.symlink_to(content.resolve())
                    base = ROOT if content.is_relative_to(ROOT) else files
                    listed[file] = str(content.relative_to(base))
                else:
                    path.write_text(json.dumps(content))
                    listed[file] = content
            tokenizer = load(pathlib.Path(folder))
            case = {"name": name, "files": listed, "ids_only": not isinstance(tokenizer, tokenizers.Tokenizer) and not tokenizer.is_fast}
            case["digests"] = "".join(digest(tokenizer, expanded(s)) for s in strings)
            if "marian" in name:
                case["target"] = "".join(digest(tokenizer, expanded(s), target=True) for s in strings)
            out.append(case)
            print(f"{name}: {len(strings)} texts", file=sys.stderr)
    made_with = {module.__name__: module.__version__ for module in (transformers, tokenizers)}
    compact = {"separators": (",", ":"), "ensure_ascii": False}
    TARGET.write_text('{\n"made_with": ' + json.dumps(made_with) + ',\n"strings": [\n' + ",\n".join(json.dumps(s, **compact) for s in strings) + '\n],\n"cases": [\n' +
                      ",\n".join(json.dumps(c, **compact) for c in out) + "\n]\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
