"""Write the averaged weights as a BERT checkpoint that `transformers` and Headlight read.

OUT receives model.safetensors (F16), config.json, tokenizer.json and tokenizer_config.json.
"""
import argparse
import pathlib
import sys

from tokenizers import Tokenizer
from transformers import BertForMaskedLM

from train import POSITIONS, config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))
import checkpoint


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=pathlib.Path, default="work")
    parser.add_argument("--out", type=pathlib.Path, default="out")
    arguments = parser.parse_args()
    vocabulary = Tokenizer.from_file(str(arguments.work / "tokenizer.json")).get_vocab_size()
    checkpoint.write(BertForMaskedLM(config(vocabulary)), arguments.work, arguments.out,
                     {"do_lower_case": True, "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
                      "cls_token": "[CLS]", "mask_token": "[MASK]", "model_max_length": POSITIONS,
                      "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]})


if __name__ == "__main__":
    main()
