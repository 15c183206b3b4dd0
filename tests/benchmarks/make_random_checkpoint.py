"""Writes a checkpoint with random weights: GPT-2 small or Marian base, positions for 4,096 tokens.

Usage: make_random_checkpoint.py gpt2|marian FOLDER          needs torch and transformers

GPT-2 gets the tokenizer of the bundled books-gpt, so that the window can run it on text (bench_typing).
"""
import pathlib
import shutil
import sys

import torch
import transformers


def make(kind: str, folder: str) -> None:
    torch.manual_seed(1)
    if kind == "gpt2":
        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(n_positions=4096))
    else:
        model = transformers.MarianMTModel(transformers.MarianConfig(
            vocab_size=32000, d_model=512, encoder_layers=6, decoder_layers=6, encoder_attention_heads=8,
            decoder_attention_heads=8, encoder_ffn_dim=2048, decoder_ffn_dim=2048, max_position_embeddings=4096,
            activation_function="swish", scale_embedding=True, pad_token_id=31999, eos_token_id=0,
            decoder_start_token_id=31999, forced_eos_token_id=0))
    model.save_pretrained(folder, safe_serialization=True)
    if kind == "gpt2":
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(pathlib.Path(__file__).parents[2] / "resources/models/books-gpt" / name, folder)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("gpt2", "marian"):
        sys.exit(__doc__)
    make(sys.argv[1], sys.argv[2])
