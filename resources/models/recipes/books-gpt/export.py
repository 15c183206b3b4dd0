"""Write the averaged weights as a GPT-2 checkpoint that `transformers` and Headlight read.

OUT receives model.safetensors (F16), config.json, generation_config.json, tokenizer.json and tokenizer_config.json.
"""
import argparse
import pathlib
import sys

from tokenizers import Tokenizer
from transformers import GenerationConfig, GPT2LMHeadModel

from train import POSITIONS, config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))
import checkpoint


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--out", type=pathlib.Path, default="out")
    arguments = parser.parse_args()
    vocabulary = Tokenizer.from_file(str(arguments.work / "tokenizer.json")).get_vocab_size()
    model = GPT2LMHeadModel(config(vocabulary))
    model.generation_config = GenerationConfig(bos_token_id=0, eos_token_id=0)
    end = "<|endoftext|>"
    checkpoint.write(model, arguments.work, arguments.out,
                     {"bos_token": end, "eos_token": end, "unk_token": end, "model_max_length": POSITIONS})


if __name__ == "__main__":
    main()
