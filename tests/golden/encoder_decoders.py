"""Encoder-decoder families and their checkpoints."""
import torch
from transformers import MarianConfig

from checkpoint import Checkpoint
from recorder import Family, draw

STACKS = {"encoder": "encoder.layers", "decoder": "decoder.layers"}
FINALS = {"encoder": "encoder", "decoder": "decoder"}


def marian_ids(config, length, generator):
    target = max(1, length - 2)  # not as long as the source, to tell rows from columns
    return {"ids": draw(1, 89, length - 1, generator) + [0],
            "target_ids": [config.decoder_start_token_id] + draw(1, 89, target - 1, generator)}


FAMILIES = {
    "marian": Family("marian", STACKS, draw=marian_ids, finals=FINALS, fallback="MarianMTModel",
                     generation=lambda config: {"bad_words_ids": [[config.pad_token_id]]}),
}


def marian(**changes):
    options = dict(vocab_size=90, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
                   decoder_attention_heads=4, encoder_ffn_dim=40, decoder_ffn_dim=56, activation_function="swish",
                   max_position_embeddings=32, scale_embedding=True, pad_token_id=89, eos_token_id=0, bos_token_id=None,
                   decoder_start_token_id=89, forced_eos_token_id=0, static_position_embeddings=True,
                   share_encoder_decoder_embeddings=True, tie_word_embeddings=True, normalize_before=False,
                   num_beams=4)
    return MarianConfig(**{**options, **changes})


CHECKPOINTS = {
    "marian-swish": Checkpoint("marian", "MarianMTModel", marian(decoder_layers=3), lengths=(7, 1, 17), seed=1000),
    "marian-relu": Checkpoint("marian", "MarianMTModel",
                              marian(encoder_layers=3, decoder_layers=1, activation_function="relu", scale_embedding=False,
                                     encoder_attention_heads=6, decoder_attention_heads=3), seed=1001),
    "marian-f16": Checkpoint("marian", "MarianMTModel", marian(encoder_layers=1), torch.float16, seed=1002),
    "marian-bf16": Checkpoint("marian", "MarianMTModel", marian(decoder_layers=1), torch.bfloat16, seed=1003),
}
