"""Encoder-only families and their checkpoints."""
import torch
from transformers import BertConfig

from checkpoint import Checkpoint
from recorder import Family, draw


def two_segments(config, length, generator):
    second = length // 3
    return {"ids": draw(1, config.vocab_size, length, generator),
            "type_ids": [0] * (length - second) + [1] * second}


FAMILIES = {
    "bert": Family("bert", {"encoder": "encoder.layer"}, draw=two_segments, attention=r"attention\.self",
                   fallback="BertForMaskedLM"),
}


def bert(**changes):
    options = dict(vocab_size=101, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=56,
                   max_position_embeddings=24, type_vocab_size=2, hidden_act="gelu", layer_norm_eps=1e-6,
                   pad_token_id=0)
    return BertConfig(**{**options, **changes})


CHECKPOINTS = {
    "bert-headless": Checkpoint("bert", "BertModel", bert(num_hidden_layers=3), lengths=(9, 1, 17), seed=1011),
    "bert-mlm": Checkpoint("bert", "BertForMaskedLM", bert(hidden_act="relu", num_attention_heads=2), lengths=(9,),
                           seed=1012),
    "bert-classifier": Checkpoint("bert", "BertForSequenceClassification", bert(num_labels=3), lengths=(9,), seed=1013),
    "bert-f16": Checkpoint("bert", "BertForMaskedLM", bert(), torch.float16, lengths=(9,), seed=1014),
    "bert-bf16": Checkpoint("bert", "BertForMaskedLM", bert(), torch.bfloat16, lengths=(9,), seed=1015),
}
