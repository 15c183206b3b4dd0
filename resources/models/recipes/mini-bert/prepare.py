"""Learn the WordPiece vocabulary and turn sentences, pairs of sentences and passages of books into token ids.

Sentences are the English sides of the pair files; two English sentences with the same translation make a pair that says
the same in other words. Passages are a few lines of a book, as one sequence or, cut between two lines, as a pair.
No sentence of a development file is trained on; the last fiftieth of each book is kept apart as well.
Writes WORK/tokenizer.json (the tokenizer that is shipped) and WORK/corpus.npz.
"""
import argparse
import collections
import pathlib

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LONGEST = 128


def read_pairs(path):
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t")[:2] for line in lines if line.strip()]


def sentences_and_paraphrases(folders, random, most):
    """The distinct English sentences, those of the development files, and pairs with a common translation."""
    held_out = {english for folder in folders for english, _ in read_pairs(folder / "dev.tsv")}
    sentences, same = set(), collections.defaultdict(set)
    for folder in folders:
        for english, other in read_pairs(folder / "train.tsv"):
            if english not in held_out:
                sentences.add(english)
                same[folder.name, other].add(english)
    pairs = set()
    for group in same.values():
        group = sorted(group)
        for one, two in zip(group, group[1:]):
            pairs.add((one, two) if random.random() < 0.5 else (two, one))
    pairs = sorted(pairs)
    random.shuffle(pairs)
    return sorted(sentences), sorted(held_out), pairs[:most]


def passages(encodings, random):
    """Cut consecutive lines into sequences: (first part, second part or nothing), each at most LONGEST with specials."""
    at = 0
    while at < len(encodings):
        room = int(random.choice([32, 64, LONGEST])) - 3
        lines = [encodings[at][:room]]
        at += 1
        while at < len(encodings) and sum(map(len, lines)) + len(encodings[at]) <= room:
            lines.append(encodings[at])
            at += 1
        cut = int(random.integers(1, len(lines))) if len(lines) > 1 and random.random() < 0.5 else len(lines)
        yield sum(lines[:cut], []), sum(lines[cut:], [])


def assemble(tokenizer, rows):
    """[CLS] A [SEP] or [CLS] A [SEP] B [SEP]: flat ids, offsets, and where the second part begins."""
    begin, end = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    whole, second = [], []
    for one, two in rows:
        ids = [begin, *one, end]
        second.append(len(ids))
        whole.append(np.array(ids + [*two, end] if two else ids, np.int32))
    offsets = np.zeros(len(whole) + 1, np.int64)
    np.cumsum([len(ids) for ids in whole], out=offsets[1:])
    return np.concatenate(whole), offsets, np.array(second)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=pathlib.Path, nargs="+",
                        default=[pathlib.Path("data/tatoeba-eng-" + other) for other in ("deu", "fra", "spa")])
    parser.add_argument("--books", type=pathlib.Path, nargs="+",
                        default=[pathlib.Path("data/gutenberg"), pathlib.Path("data/tinyshakespeare")])
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--paraphrases", type=int, default=60000, help="at most so many pairs")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(arguments.seed)

    sentences, held_out, pairs = sentences_and_paraphrases(arguments.pairs, random, arguments.paraphrases)
    books = []
    for path in sorted(path for folder in arguments.books for path in folder.glob("*.txt")):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        books.append(lines[:len(lines) - len(lines) // 50])

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator([*sentences, *sum(books, [])], trainers.WordPieceTrainer(
        vocab_size=arguments.vocabulary, special_tokens=SPECIAL, limit_alphabet=200, show_progress=False))
    begin, end = ((name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[begin, end])
    tokenizer.save(str(arguments.work / "tokenizer.json"))

    def encode(texts):
        return [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]

    known = dict(zip(sentences, encode(sentences)))
    rows = {"sentences": [(ids, []) for ids in known.values()],
            "paraphrases": [(known[one], known[two]) for one, two in pairs],
            "books": [row for book in books for row in passages(encode(book), random)],
            "held_out": [(ids, []) for ids in encode(held_out)]}
    arrays = {}
    for name, kind in rows.items():
        kind = [row for row in kind if 0 < len(row[0]) + len(row[1]) <= LONGEST - 3]
        arrays[name + "_ids"], arrays[name + "_offsets"], arrays[name + "_second"] = assemble(tokenizer, kind)
        print(f"{name}: {len(kind)} sequences, {len(arrays[name + '_ids'])} tokens")
    np.savez(arguments.work / "corpus.npz", **arrays)


if __name__ == "__main__":
    main()
