"""Encoder-decoder families and their checkpoints."""
import torch
from transformers import (BartConfig, BlenderbotConfig, BlenderbotSmallConfig, M2M100Config, MarianConfig, MBartConfig,
                          MT5Config, PegasusConfig, T5Config)

from checkpoint import Checkpoint
from recorder import Family, draw

STACKS = {"encoder": "encoder.layers", "decoder": "decoder.layers"}
FINALS = {"encoder": "encoder", "decoder": "decoder"}


def marian_ids(config, length, generator):
    target = max(1, length - 2)  # not as long as the source, to tell rows from columns
    return {"ids": draw(1, 89, length - 1, generator) + [0],
            "target_ids": [config.decoder_start_token_id] + draw(1, 89, target - 1, generator)}


def bart_ids(config, length, generator):
    """A source that ends with its end token; classifiers make their target of it themselves."""
    end = config.eos_token_id
    ids = {"ids": draw(3, 60, length - 1, generator) + [end]}
    heads = "".join(config.architectures or [])
    if "Classification" in heads or "Answering" in heads or not config.is_encoder_decoder:
        return ids
    start = config.decoder_start_token_id
    return {**ids, "target_ids": [end if start is None else start] + draw(3, 60, max(1, length - 2) - 1, generator)}


def forced(config):
    """The first token every text has to begin with, where the checkpoint names one."""
    first = getattr(config, "forced_bos_token_id", None)
    return {} if first is None else {"forced_bos_token_id": first}


def bart_like(module, name):
    return Family(module, STACKS, draw=bart_ids, finals=FINALS, generation=forced, fallback=f"{name}ForConditionalGeneration")


def t5_like(module, name):
    return Family(module, {"encoder": "encoder.block", "decoder": "decoder.block"}, draw=bart_ids, finals=FINALS,
                  attention=r"layer\.0\.SelfAttention", cross_attention=r"layer\.1\.EncDecAttention",
                  fallback=f"{name}ForConditionalGeneration")


FAMILIES = {
    "marian": Family("marian", STACKS, draw=marian_ids, finals=FINALS, fallback="MarianMTModel",
                     generation=lambda config: {"bad_words_ids": [[config.pad_token_id]]}),
    "bart": bart_like("bart", "Bart"),
    "mbart": bart_like("mbart", "MBart"),
    "blenderbot": bart_like("blenderbot", "Blenderbot"),
    "blenderbot-small": bart_like("blenderbot_small", "BlenderbotSmall"),
    "m2m_100": bart_like("m2m_100", "M2M100"),
    "pegasus": bart_like("pegasus", "Pegasus"),
    "t5": t5_like("t5", "T5"),
    "mt5": t5_like("mt5", "MT5"),
}


def marian(**changes):
    options = dict(vocab_size=90, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
                   decoder_attention_heads=4, encoder_ffn_dim=40, decoder_ffn_dim=56, activation_function="swish",
                   max_position_embeddings=32, scale_embedding=True, pad_token_id=89, eos_token_id=0, bos_token_id=None,
                   decoder_start_token_id=89, forced_eos_token_id=0, static_position_embeddings=True,
                   share_encoder_decoder_embeddings=True, tie_word_embeddings=True, normalize_before=False,
                   num_beams=4)
    return MarianConfig(**{**options, **changes})


def bart_config(config, **changes):
    options = dict(vocab_size=60, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
                   decoder_attention_heads=3, encoder_ffn_dim=32, decoder_ffn_dim=40, max_position_embeddings=24)
    return config(**{**options, **changes})


def t5_config(config, **changes):
    """Heads wider together than the model, more layers above than below, buckets that a short text exhausts."""
    options = dict(vocab_size=60, d_model=24, d_kv=8, d_ff=32, num_layers=1, num_decoder_layers=2, num_heads=4,
                   relative_attention_num_buckets=8, relative_attention_max_distance=12, decoder_start_token_id=0,
                   layer_norm_epsilon=1e-5)
    return config(**{**options, **changes})


def t5(name, class_name, config=T5Config, **options):
    changes = {key: options.pop(key) for key in list(options) if key not in ("lengths", "legacy", "untied", "precision")}
    options = {"precision": torch.bfloat16, "spread": 0.25, **options}
    return Checkpoint(name, class_name, t5_config(config, **changes), **options)


def bart(name, class_name, config, legacy=None, lengths=(6,), **changes):
    return Checkpoint(name, class_name, bart_config(config, **changes), torch.bfloat16, lengths=lengths, legacy=legacy)


CHECKPOINTS = {
    "marian-swish": Checkpoint("marian", "MarianMTModel", marian(decoder_layers=3), lengths=(7, 1, 17), seed=1000),
    "marian-relu": Checkpoint("marian", "MarianMTModel",
                              marian(encoder_layers=3, decoder_layers=1, activation_function="relu", scale_embedding=False,
                                     encoder_attention_heads=6, decoder_attention_heads=3), seed=1001),
    "marian-f16": Checkpoint("marian", "MarianMTModel", marian(encoder_layers=1), torch.float16, seed=1002),
    "marian-bf16": Checkpoint("marian", "MarianMTModel", marian(decoder_layers=1), torch.bfloat16, seed=1003),
    "marian-separate": Checkpoint("marian", "MarianMTModel",
                                  marian(share_encoder_decoder_embeddings=False, vocab_size=100, decoder_vocab_size=90,
                                         encoder_layers=1, decoder_layers=1), torch.bfloat16),
    "bart-lm": bart("bart", "BartForConditionalGeneration", BartConfig, {"forced_bos_token_id": 0}, (7,)),
    "bart-untied": bart("bart", "BartForConditionalGeneration", BartConfig, tie_word_embeddings=False, scale_embedding=True,
                        decoder_layers=1, activation_function="relu"),
    "bart-headless": bart("bart", "BartModel", BartConfig, encoder_layers=1),
    "bart-classifier": bart("bart", "BartForSequenceClassification", BartConfig, decoder_layers=1),
    "bart-answers": bart("bart", "BartForQuestionAnswering", BartConfig, decoder_layers=1, encoder_layers=1),
    "bart-decoder": bart("bart", "BartForCausalLM", BartConfig),
    "mbart-lm": bart("mbart", "MBartForConditionalGeneration", MBartConfig, {"forced_bos_token_id": 41}, scale_embedding=True,
                     decoder_start_token_id=2, activation_function="relu"),
    "mbart-classifier": bart("mbart", "MBartForSequenceClassification", MBartConfig, num_labels=2, decoder_layers=1,
                             decoder_start_token_id=2),
    "blenderbot-lm": bart("blenderbot", "BlenderbotForConditionalGeneration", BlenderbotConfig, scale_embedding=True),
    "blenderbot-small-lm": bart("blenderbot-small", "BlenderbotSmallForConditionalGeneration", BlenderbotSmallConfig,
                                scale_embedding=True, decoder_layers=1),
    "m2m100-lm": bart("m2m_100", "M2M100ForConditionalGeneration", M2M100Config, {"forced_bos_token_id": 37}, (11,)),
    "m2m100-headless": bart("m2m_100", "M2M100Model", M2M100Config, pad_token_id=0, decoder_layers=1, scale_embedding=False),
    "pegasus-lm": bart("pegasus", "PegasusForConditionalGeneration", PegasusConfig, scale_embedding=True,
                       activation_function="relu"),
    "t5-relu": t5("t5", "T5ForConditionalGeneration", num_layers=2, lengths=(7,)),
    "t5-gated": t5("t5", "T5ForConditionalGeneration", feed_forward_proj="gated-gelu", num_layers=2, num_decoder_layers=1, untied=True,
                   legacy={"scale_decoder_outputs": None, "tie_word_embeddings": False}),
    "t5-headless": t5("t5", "T5Model", feed_forward_proj="gelu", lengths=(17,)),
    "t5-encoder": t5("t5", "T5EncoderModel", lengths=(20,)),
    "t5-classifier": t5("t5", "T5ForSequenceClassification", num_labels=3, num_decoder_layers=1),
    "t5-tokens": t5("t5", "T5ForTokenClassification", num_labels=4, feed_forward_proj="gated-relu"),
    "t5-answers": t5("t5", "T5ForQuestionAnswering", num_decoder_layers=1),
    "mt5-lm": t5("mt5", "MT5ForConditionalGeneration", MT5Config, feed_forward_proj="gated-silu", num_layers=2, num_decoder_layers=2, untied=True),
}
