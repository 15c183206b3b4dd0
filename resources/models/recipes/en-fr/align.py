"""Word alignments of the training tokens, for the two guided attention heads.

IBM model 2 with a diagonal prior (as in fast_align, Dyer et al. 2013), run by expectation
maximisation in both directions; the two posteriors are multiplied and the best source
token of every target token is kept. Writes WORK/alignment.npz: for every target token the
index of its source token, or -1 where the two directions do not agree on one.
"""
import argparse
import pathlib
import time

import numpy as np

NULL = -1


class Cells:
    """Every (source token, target token) cell of every sentence pair, as flat arrays."""

    def __init__(self, corpus):
        s_offsets, t_offsets = corpus["source_offsets"], corpus["target_offsets"]
        # The last token of each row is </s>; it aligns to </s> by definition and stays out.
        s_length = np.diff(s_offsets) - 1
        t_length = np.diff(t_offsets) - 1
        size = s_length * t_length
        self.pair = np.repeat(np.arange(len(size)), size)
        start = np.cumsum(size) - size
        inside = np.arange(size.sum()) - start[self.pair]
        self.i = (inside % s_length[self.pair]).astype(np.int32)
        self.j = (inside // s_length[self.pair]).astype(np.int32)
        self.s_row = s_offsets[:-1][self.pair] + self.i
        self.t_row = t_offsets[:-1][self.pair] + self.j
        self.s_token = corpus["source_ids"][self.s_row].astype(np.int64)
        self.t_token = corpus["target_ids"][self.t_row].astype(np.int64)
        self.off_diagonal = np.abs((self.i + 0.5) / s_length[self.pair] - (self.j + 0.5) / t_length[self.pair])


def posterior(given, written, given_row, written_row, off_diagonal, vocabulary, iterations, tension, null_share, name):
    """P(written token came from given token) for every cell; `given` includes an implicit NULL."""
    key, cell_type = np.unique(given * vocabulary + written, return_inverse=True)
    type_given = key // vocabulary
    rows = int(written_row.max()) + 1
    prior = np.exp(-tension * off_diagonal)
    prior *= (1 - null_share) / np.bincount(written_row, prior, rows)[written_row]
    row_written = np.zeros(rows, np.int64)
    row_written[written_row] = written
    row_used = np.bincount(written_row, minlength=rows) > 0
    table = np.ones(len(key))
    table /= np.bincount(type_given, table)[type_given]
    null_table = np.full(vocabulary, 1.0 / vocabulary)
    for iteration in range(iterations):
        share = prior * table[cell_type]
        null = null_share * null_table[row_written] * row_used
        total = np.bincount(written_row, share, rows) + null
        share /= total[written_row]
        null_posterior = np.where(row_used, null / np.maximum(total, 1e-300), 0)
        count = np.bincount(cell_type, share, len(key)) + 1e-3
        table = count / np.bincount(type_given, count)[type_given]
        null_count = np.bincount(row_written, null_posterior, vocabulary) + 1e-3
        null_table = null_count / null_count.sum()
        perplexity = np.exp(-np.log(np.maximum(total[row_used], 1e-300)).mean())
        print(f"{name} iteration {iteration + 1}: perplexity {perplexity:.2f}", flush=True)
    return share


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--iterations", type=int, default=6)
    parser.add_argument("--tension", type=float, default=4.0)
    parser.add_argument("--null", type=float, default=0.08)
    parser.add_argument("--least", type=float, default=0.1, help="smallest geometric mean of both posteriors")
    arguments = parser.parse_args()

    began = time.time()
    corpus = np.load(arguments.work / "corpus.npz")
    cells = Cells(corpus)
    vocabulary = int(max(corpus["source_ids"].max(), corpus["target_ids"].max())) + 1
    options = (cells.off_diagonal, vocabulary, arguments.iterations, arguments.tension, arguments.null)
    forward = posterior(cells.s_token, cells.t_token, cells.s_row, cells.t_row, *options, "English to French")
    backward = posterior(cells.t_token, cells.s_token, cells.t_row, cells.s_row, *options, "French to English")
    both = np.sqrt(forward * backward)

    # The best cell of every target token: sort by (row, agreement), take the last of each row.
    order = np.lexsort((both, cells.t_row))
    last = order[np.append(np.diff(cells.t_row[order]) > 0, True)]
    alignment = np.full(len(corpus["target_ids"]), NULL, np.int8)
    good = last[both[last] >= arguments.least]
    alignment[cells.t_row[good]] = cells.i[good]
    ends = corpus["target_offsets"][1:] - 1
    alignment[ends] = np.diff(corpus["source_offsets"]) - 1
    np.savez(arguments.work / "alignment.npz", alignment=alignment)
    print(f"{(alignment >= 0).mean():.1%} of the target tokens aligned, {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
