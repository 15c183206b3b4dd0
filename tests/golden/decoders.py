"""Decoder-only families and their checkpoints."""
import torch
from transformers import GPT2Config

from checkpoint import Checkpoint
from recorder import Family, draw


def ids_below_eos(config, length, generator):
    return {"ids": draw(0, config.eos_token_id, length, generator)}


def pad_with_eos(config):
    return {"pad_token_id": config.eos_token_id}


def decoder(module, blocks="layers", **options):
    return Family(module, {"decoder": blocks}, draw=ids_below_eos, generation=pad_with_eos, **options)


FAMILIES = {
    "gpt2": decoder("gpt2", "h", attention="attn", fallback="GPT2LMHeadModel"),
}


def gpt2(**changes):
    options = dict(vocab_size=97, n_embd=32, n_layer=2, n_head=4, n_inner=None, n_positions=24,
                   activation_function="gelu_new", layer_norm_epsilon=1e-4, bos_token_id=96, eos_token_id=96,
                   pad_token_id=None)
    return GPT2Config(**{**options, **changes})


CHECKPOINTS = {
    "gpt2-lm": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(n_layer=3, n_embd=24), lengths=(7, 1, 17), seed=1004),
    "gpt2-headless": Checkpoint("gpt2", "GPT2Model", gpt2(activation_function="gelu"), seed=1005),
    "gpt2-untied": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(tie_word_embeddings=False, n_inner=40), seed=1006),
    "gpt2-relu": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(activation_function="relu", n_inner=48, n_head=2), seed=1007),
    "gpt2-f16": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(n_embd=28), torch.float16, seed=1008),
    "gpt2-bf16": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(n_embd=28), torch.bfloat16, seed=1009),
    "gpt2-sharded": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(n_embd=24), shard="24KB", seed=1010),
}
