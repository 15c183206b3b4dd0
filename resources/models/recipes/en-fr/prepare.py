"""Learn the shared sub-word vocabulary and turn the sentence pairs into token ids.

Writes WORK/tokenizer.json (the tokenizer that is shipped) and WORK/corpus.npz
(flat id arrays with offsets, one pair of rows per sentence pair).
"""
import argparse
import collections
import json
import math
import pathlib

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

# Sentence punctuation is a piece of its own, with the space before it if there is one,
# so that "table." does not need a different piece from "table".
PUNCTUATION = '▁?[.,!?;:"«»()…]'


def read_pairs(path):
    """The (English, French) pairs of a tab-separated file."""
    with open(path, encoding="utf-8") as lines:
        pairs = [line.rstrip("\n").split("\t")[:2] for line in lines if line.strip()]
    return pairs


def build_tokenizer(vocabulary):
    """A Unigram tokenizer over (piece, score) pairs; Marian's special ids: </s> 0, <unk> 1, <pad> last."""
    vocabulary = [("</s>", 0.0), ("<unk>", 0.0), *vocabulary, ("<pad>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=1))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
        pre_tokenizers.Split(Regex(PUNCTUATION), behavior="isolated"),
    ])
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(["</s>", "<unk>", "<pad>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A $B </s>", special_tokens=[("</s>", 0)])
    return tokenizer


def train_tokenizer(sentences, size, subwords):
    """Whole words where they are frequent, and `subwords` pieces of a Unigram model to spell the rest.

    A Unigram trainer alone likes to cut even frequent words into stem and ending ("jam ais"), which
    is hard to read in a picture of attention. So its pieces are joined by the most frequent words,
    and all scores are estimated again on the best segmentation of the sentences.
    """
    tokenizer = build_tokenizer([])
    trainer = trainers.UnigramTrainer(vocab_size=subwords, special_tokens=["</s>", "<unk>"], unk_token="<unk>",
                                      show_progress=False)
    tokenizer.train_from_iterator(sentences, trainer)
    pieces = [piece for piece, _ in json.loads(tokenizer.to_str())["model"]["vocab"][2:] if piece != "<pad>"]

    words = collections.Counter()
    for sentence in sentences:
        normal = tokenizer.normalizer.normalize_str(sentence)
        words.update(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal))
    known = set(pieces)
    frequent = [word for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0])) if word not in known]
    pieces += frequent[:size - 3 - len(pieces)]

    counts = collections.Counter(words)
    for _ in range(3):
        total = sum(counts[piece] + 0.1 for piece in pieces)
        scores = {piece: math.log((counts[piece] + 0.1) / total) for piece in pieces}
        pieces.sort(key=lambda piece: (-scores[piece], piece))
        tokenizer = build_tokenizer([(piece, scores[piece]) for piece in pieces])
        counts = collections.Counter()
        for encoding in tokenizer.encode_batch(sentences, add_special_tokens=False):
            counts.update(encoding.tokens)
    return tokenizer


def flatten(rows):
    """Concatenate lists of ids; returns the flat ids and the offsets where rows begin."""
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=offsets[1:])
    return np.concatenate([np.asarray(row, np.int32) for row in rows]), offsets


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=pathlib.Path, default="data/train.tsv")
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--subwords", type=int, default=2000, help="how many of them are not whole words")
    parser.add_argument("--longest", type=int, default=48, help="drop pairs with more tokens than this")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)

    pairs = read_pairs(arguments.train)
    distinct = sorted({sentence for pair in pairs for sentence in pair})
    tokenizer = train_tokenizer(distinct, arguments.vocabulary, arguments.subwords)
    tokenizer.save(str(arguments.work / "tokenizer.json"))

    source = [e.ids for e in tokenizer.encode_batch([pair[0] for pair in pairs])]
    target = [e.ids for e in tokenizer.encode_batch([pair[1] for pair in pairs])]
    keep = [i for i in range(len(pairs)) if max(len(source[i]), len(target[i])) <= arguments.longest]
    source_ids, source_offsets = flatten([source[i] for i in keep])
    target_ids, target_offsets = flatten([target[i] for i in keep])
    np.savez(arguments.work / "corpus.npz", source_ids=source_ids, source_offsets=source_offsets,
             target_ids=target_ids, target_offsets=target_offsets)
    print(f"{len(keep)} of {len(pairs)} pairs, {len(source_ids)} English and {len(target_ids)} French tokens, "
          f"{tokenizer.get_vocab_size()} vocabulary entries")


if __name__ == "__main__":
    main()
