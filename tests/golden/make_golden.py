#!/usr/bin/env python3
"""Make tiny random checkpoints and the numbers Hugging Face `transformers` computes with them.

    python make_golden.py [--out FOLDER] [--only NAME ...]

Every folder holds a checkpoint (config.json, model.safetensors or shards with an index), golden.safetensors and
golden.json. golden.json names the token ids: `ids` (what the encoder or a decoder-only model reads), `type_ids` (segments),
`target_ids` (what an encoder-decoder's decoder reads, start token first); `more` lists further inputs with a file of
tensors each; `generate` has what greedy and beam search produce. The checkpoints are unlike any real one on
purpose: weights are large, biases and norms are random, so that no attention is uniform and no term is invisible.

Which checkpoints: decoders.py, encoders.py, encoder_decoders.py. Names of the tensors: recorder.py.
"""
import argparse
import json
import pathlib
import sys
import warnings

import safetensors
import torch
import transformers

import decoders
import encoder_decoders
import encoders
from checkpoint import make

TABLES = (encoder_decoders, decoders, encoders)
FAMILIES = {name: family for table in TABLES for name, family in table.FAMILIES.items()}
CHECKPOINTS = {name: checkpoint for table in TABLES for name, checkpoint in table.CHECKPOINTS.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    parser.add_argument("--only", nargs="*", choices=CHECKPOINTS, default=list(CHECKPOINTS), metavar="NAME")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    for name, checkpoint in CHECKPOINTS.items():
        if name in arguments.only:
            make(name, checkpoint, FAMILIES[checkpoint.family], arguments.out)
            print(name)
    versions = {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__,
                "safetensors": safetensors.__version__}
    (arguments.out / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()
