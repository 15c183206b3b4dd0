"""Decoder-only families and their checkpoints."""
import torch
from transformers import (BloomConfig, FalconConfig, Gemma2Config, GemmaConfig, GPT2Config, GPTJConfig, GPTNeoConfig,
                          GPTNeoXConfig, LlamaConfig, MistralConfig, OPTConfig, Phi3Config, Qwen2Config, Qwen3Config)

from checkpoint import Checkpoint
from recorder import Family, draw


def ids_below_eos(config, length, generator):
    return {"ids": draw(0, config.eos_token_id, length, generator)}


def pad_with_eos(config):
    return {"pad_token_id": config.eos_token_id}


def decoder(module, blocks="layers", **options):
    return Family(module, {"decoder": blocks}, draw=ids_below_eos, generation=pad_with_eos, **options)


def before_projection(model, _):
    """OPT 350m: the final hidden states are what is projected to the embedding's width."""
    return (model.decoder.project_out or model.decoder, model.decoder.project_out is not None)


FAMILIES = {
    "bloom": decoder("bloom", "h", attention="self_attention", heads_method="BloomAttention._reshape",
                     fallback="BloomForCausalLM"),
    "falcon": decoder("falcon", "h", attention="self_attention", attention_implementation="sdpa",  # eager adds ALiBi twice
                      fallback="FalconForCausalLM"),
    "gemma": decoder("gemma", fallback="GemmaForCausalLM"),
    "gemma2": decoder("gemma2", fallback="Gemma2ForCausalLM"),
    "gpt2": decoder("gpt2", "h", attention="attn", fallback="GPT2LMHeadModel"),
    "gpt_neo": decoder("gpt_neo", "h", attention=r"attn\.attention", heads_method="GPTNeoSelfAttention._attn",
                       fallback="GPTNeoForCausalLM"),
    "gptj": decoder("gptj", "h", attention="attn", heads_method="GPTJAttention._attn", fallback="GPTJForCausalLM"),
    "gpt_neox": decoder("gpt_neox", attention="attention", fallback="GPTNeoXForCausalLM"),
    "llama": decoder("llama", fallback="LlamaForCausalLM"),
    "mistral": decoder("mistral", fallback="MistralForCausalLM"),
    "opt": decoder("opt", "decoder.layers", final_of=before_projection, scaled_query=True, fallback="OPTForCausalLM"),
    "phi3": decoder("phi3", fallback="Phi3ForCausalLM"),
    "qwen2": decoder("qwen2", fallback="Qwen2ForCausalLM"),
    "qwen3": decoder("qwen3", fallback="Qwen3ForCausalLM"),
}


def gpt2(**changes):
    options = dict(vocab_size=97, n_embd=32, n_layer=2, n_head=4, n_inner=None, n_positions=24,
                   activation_function="gelu_new", layer_norm_epsilon=1e-4, bos_token_id=96, eos_token_id=96,
                   pad_token_id=None)
    return GPT2Config(**{**options, **changes})


def small_gpt2():
    return gpt2(n_embd=24, vocab_size=61, bos_token_id=60, eos_token_id=60, num_labels=3)


SMALL = dict(vocab_size=61, hidden_size=24, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=32,
             bos_token_id=60, eos_token_id=60, pad_token_id=None)


def gpt_neox(**changes):
    return GPTNeoXConfig(**{**SMALL, "intermediate_size": 40, "layer_norm_eps": 1e-4, "num_attention_heads": 3,
                            "rope_parameters": {"rope_type": "default", "rope_theta": 100.0, "partial_rotary_factor": 0.5},
                            **changes})


def gpt_neo(**changes):
    options = {key: value for key, value in SMALL.items() if key not in ("num_hidden_layers", "num_attention_heads")}
    return GPTNeoConfig(**{**options, "num_layers": 2, "num_heads": 4, "window_size": 5, "intermediate_size": 40,
                           "attention_types": [[["global", "local"], 1]], **changes})


def gptj(**changes):
    return GPTJConfig(vocab_size=61, n_embd=24, n_layer=2, n_head=3, n_positions=32, rotary_dim=6, n_inner=40, bos_token_id=60,
                      eos_token_id=60, pad_token_id=None, **changes)


def bloom(**changes):
    return BloomConfig(vocab_size=61, hidden_size=24, n_layer=2, n_head=6, layer_norm_epsilon=1e-4, bos_token_id=60,
                       eos_token_id=60, pad_token_id=None, **changes)


def opt(**changes):
    return OPTConfig(**{**SMALL, "ffn_dim": 40, "word_embed_proj_dim": 24, **changes})


def rope(kind="default", theta=100.0, **options):
    return {"rope_type": kind, "rope_theta": theta, **options}


def gated(kind, **changes):
    """The Llama line. Rotary positions turn fast, so that few tokens tell them apart."""
    return kind(**{**SMALL, "intermediate_size": 40, "num_key_value_heads": 2, "rms_norm_eps": 1e-4,
                   "rope_parameters": rope(), **changes})


def falcon(**changes):
    return FalconConfig(**{**SMALL, "ffn_hidden_size": 40, "layer_norm_epsilon": 1e-4, "rope_parameters": rope(), **changes})


LLAMA3 = rope("llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
YARN = rope("yarn", factor=4.0, original_max_position_embeddings=32, beta_fast=8.0, beta_slow=1.0)
LONGROPE = rope("longrope", short_factor=[1.0, 1.1, 1.3], long_factor=[1.5, 2.0, 3.5], original_max_position_embeddings=16)
CLASSES = dict(num_labels=3)
NEW_FALCON = dict(new_decoder_architecture=True, num_kv_heads=2)

TAME = dict(precision=torch.bfloat16, spread=0.3)  # products of gate and up grow fast

CHECKPOINTS = {
    "gpt2-lm": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(n_layer=3, n_embd=24), lengths=(7, 1, 17), seed=1004),
    "gpt2-headless": Checkpoint("gpt2", "GPT2Model", gpt2(activation_function="gelu"), seed=1005),
    "gpt2-untied": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(tie_word_embeddings=False, n_inner=40), seed=1006),
    "gpt2-relu": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(activation_function="relu", n_inner=48, n_head=2), seed=1007),
    "gpt2-f16": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(n_embd=28), torch.float16, seed=1008),
    "gpt2-bf16": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(n_embd=28), torch.bfloat16, seed=1009),
    "gpt2-sharded": Checkpoint("gpt2", "GPT2LMHeadModel", gpt2(n_embd=24), shard="24KB", seed=1010),
    "gpt2-classifier": Checkpoint("gpt2", "GPT2ForSequenceClassification", small_gpt2(),
                                  torch.bfloat16),
    "gpt2-tokens": Checkpoint("gpt2", "GPT2ForTokenClassification", small_gpt2(),
                              torch.bfloat16),
    "gpt-neox-lm": Checkpoint("gpt_neox", "GPTNeoXForCausalLM", gpt_neox(), **TAME, lengths=(7, 18),
                              legacy={"rope_parameters": None, "rotary_pct": 0.5, "rotary_emb_base": 100}),
    "gpt-neox-sequential": Checkpoint("gpt_neox", "GPTNeoXForSequenceClassification",
                                      gpt_neox(use_parallel_residual=False, attention_bias=False, **CLASSES), **TAME),
    "gpt-neo-lm": Checkpoint("gpt_neo", "GPTNeoForCausalLM", gpt_neo(), **TAME, lengths=(9,)),
    "gpt-neo-tokens": Checkpoint("gpt_neo", "GPTNeoForTokenClassification", gpt_neo(**CLASSES), **TAME),
    "gptj-lm": Checkpoint("gptj", "GPTJForCausalLM", gptj(), **TAME, lengths=(9,)),
    "bloom-lm": Checkpoint("bloom", "BloomForCausalLM", bloom(), **TAME, lengths=(18,)),
    "bloom-classifier": Checkpoint("bloom", "BloomForSequenceClassification", bloom(**CLASSES), **TAME),
    "opt-lm": Checkpoint("opt", "OPTForCausalLM", opt(), **TAME),
    "opt-post-norm": Checkpoint("opt", "OPTForCausalLM", opt(word_embed_proj_dim=16, do_layer_norm_before=False), **TAME),
    "opt-plain": Checkpoint("opt", "OPTForSequenceClassification",
                            opt(word_embed_proj_dim=16, enable_bias=False, layer_norm_elementwise_affine=False, **CLASSES),
                            **TAME),
    "llama-lm": Checkpoint("llama", "LlamaForCausalLM", gated(LlamaConfig), **TAME, lengths=(7, 1, 18),
                           legacy={"rope_parameters": None, "rope_theta": 100.0}),
    "llama-3": Checkpoint("llama", "LlamaForCausalLM",
                          gated(LlamaConfig, rope_parameters=LLAMA3, max_position_embeddings=256, attention_bias=True,
                                mlp_bias=True, head_dim=8, tie_word_embeddings=True), **TAME, lengths=(18,)),
    "llama-linear": Checkpoint("llama", "LlamaForTokenClassification",
                               gated(LlamaConfig, rope_parameters=rope("linear", factor=3.0), num_key_value_heads=None, **CLASSES),
                               **TAME,
                               legacy={"rope_parameters": None, "rope_theta": 100.0,
                                       "rope_scaling": {"type": "linear", "factor": 3.0}}),
    "llama-dynamic": Checkpoint("llama", "LlamaModel",
                                gated(LlamaConfig, rope_parameters=rope("dynamic", factor=3.0), max_position_embeddings=8),
                                **TAME, lengths=(7, 18)),
    "llama-yarn": Checkpoint("llama", "LlamaForQuestionAnswering", gated(LlamaConfig, rope_parameters=YARN, max_position_embeddings=128),
                             **TAME, lengths=(9,)),
    "mistral-lm": Checkpoint("mistral", "MistralForCausalLM", gated(MistralConfig, sliding_window=5, head_dim=8), **TAME,
                             lengths=(18,)),
    "qwen2-lm": Checkpoint("qwen2", "Qwen2ForCausalLM",
                           gated(Qwen2Config, use_sliding_window=True, sliding_window=5, max_window_layers=1), **TAME,
                           lengths=(9,)),
    "qwen2-classifier": Checkpoint("qwen2", "Qwen2ForSequenceClassification", gated(Qwen2Config, **CLASSES), **TAME),
    "qwen3-lm": Checkpoint("qwen3", "Qwen3ForCausalLM",
                           gated(Qwen3Config, head_dim=8, use_sliding_window=True, sliding_window=4, attention_bias=True,
                                 layer_types=["sliding_attention", "full_attention"]), **TAME, lengths=(9,)),
    "gemma-lm": Checkpoint("gemma", "GemmaForCausalLM", gated(GemmaConfig, head_dim=8, hidden_act="gelu_pytorch_tanh"),
                           **TAME, legacy={"hidden_act": "gelu"}),
    "gemma2-lm": Checkpoint("gemma2", "Gemma2ForCausalLM",
                            gated(Gemma2Config, head_dim=8, query_pre_attn_scalar=12, sliding_window=5, attn_logit_softcapping=4.0,
                                  final_logit_softcapping=3.0), **TAME, lengths=(7, 18)),
    "gemma2-classifier": Checkpoint("gemma2", "Gemma2ForSequenceClassification",
                                    gated(Gemma2Config, head_dim=8, attn_logit_softcapping=None, attention_bias=True, **CLASSES),
                                    **TAME),
    "phi3-lm": Checkpoint("phi3", "Phi3ForCausalLM", gated(Phi3Config, sliding_window=5), **TAME, lengths=(9,)),
    "phi3-longrope": Checkpoint("phi3", "Phi3ForCausalLM",
                                gated(Phi3Config, hidden_size=32, rope_parameters={**LONGROPE, "partial_rotary_factor": 0.75},
                                      max_position_embeddings=64, original_max_position_embeddings=16, tie_word_embeddings=True),
                                **TAME, lengths=(7, 18),
                                legacy={"rope_parameters": None, "rope_theta": 100.0, "partial_rotary_factor": 0.75,
                                        "rope_scaling": {"type": "longrope", "short_factor": LONGROPE["short_factor"],
                                                         "long_factor": LONGROPE["long_factor"]}}),
    "falcon-7b": Checkpoint("falcon", "FalconForCausalLM", falcon(), **TAME, lengths=(7, 18)),
    "falcon-40b": Checkpoint("falcon", "FalconForCausalLM", falcon(**NEW_FALCON), **TAME),
    "falcon-11b": Checkpoint("falcon", "FalconModel", falcon(num_ln_in_parallel_attn=1, **NEW_FALCON), **TAME),
    "falcon-rw": Checkpoint("falcon", "FalconForCausalLM",
                            falcon(alibi=True, multi_query=False, parallel_attn=False, bias=True, num_attention_heads=6),
                            **TAME, lengths=(18,)),
}
