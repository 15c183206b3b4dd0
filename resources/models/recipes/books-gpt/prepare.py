"""Learn the byte-level BPE vocabulary and turn the books into token ids.

Reads every .txt under the folders given; the last fiftieth of each book is kept apart to measure with.
Writes WORK/tokenizer.json (the tokenizer that is shipped), WORK/train.npy and WORK/held_out.npy.
"""
import argparse
import pathlib

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

END = "<|endoftext|>"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=pathlib.Path, nargs="+", default=["data/gutenberg", "data/tinyshakespeare"])
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--vocabulary", type=int, default=6000)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)

    kept, held_out = [], []
    for path in sorted(path for folder in arguments.books for path in folder.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        cut = len(lines) - len(lines) // 50
        kept.append("".join(lines[:cut]))
        held_out.append("".join(lines[cut:]))

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(kept, trainers.BpeTrainer(
        vocab_size=arguments.vocabulary, special_tokens=[END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.save(str(arguments.work / "tokenizer.json"))

    for name, books in (("train", kept), ("held_out", held_out)):
        ids = np.concatenate([np.array([0, *encoding.ids], np.int32) for encoding in tokenizer.encode_batch(books)])
        np.save(arguments.work / f"{name}.npy", ids)
        print(f"{name}: {len(ids)} tokens, {sum(map(len, books))} characters")


if __name__ == "__main__":
    main()
