"""Encoder-only families and their checkpoints."""
import torch
from transformers import (AlbertConfig, BertConfig, CamembertConfig, DistilBertConfig, ElectraConfig,
                          ElectraForPreTraining, MPNetConfig, RobertaConfig, XLMRobertaConfig)

from checkpoint import Checkpoint
from recorder import Family, draw


def two_segments(config, length, generator):
    second = length // 3
    return {"ids": draw(1, config.vocab_size, length, generator),
            "type_ids": [0] * (length - second) + [1] * second}


def one_segment(config, length, generator):
    return {"ids": draw(0, config.vocab_size, length, generator)}


def padded(config, length, generator):
    """Longer texts hold padding, which RoBERTa and MPNet leave out when they count positions."""
    ids = draw(2, config.vocab_size, length, generator)
    if length > 8:
        ids[3] = ids[6] = config.pad_token_id
    return {"ids": ids}


def albert_layers(body, _):
    """Layers in the order of the pass; those that share their weights come up again."""
    config, groups = body.config, body.encoder.albert_layer_groups
    runs = config.num_hidden_layers
    return [layer for run in range(runs) for layer in groups[int(run / (runs / config.num_hidden_groups))].albert_layers]


def two_classes(model, logits):
    """A discriminator gives one logit a token: of "replaced", where "original" has 0."""
    one_logit = isinstance(model, ElectraForPreTraining)
    return torch.stack([torch.zeros_like(logits), logits], -1) if one_logit else logits


def encoder(module, fallback, draw=two_segments, blocks="encoder.layer", attention=r"attention\.self", **options):
    return Family(module, {"encoder": blocks}, draw=draw, attention=attention, fallback=fallback, **options)


FAMILIES = {
    "bert": encoder("bert", "BertForMaskedLM"),
    "distilbert": encoder("distilbert", "DistilBertForMaskedLM", draw=one_segment, blocks="transformer.layer",
                          attention="attention"),
    "roberta": encoder("roberta", "RobertaForMaskedLM", draw=padded),
    "xlm-roberta": encoder("xlm_roberta", "XLMRobertaForMaskedLM", draw=padded),
    "camembert": encoder("camembert", "CamembertForMaskedLM", draw=padded),
    "albert": encoder("albert", "AlbertForMaskedLM", attention="attention", blocks_of=albert_layers),
    "electra": encoder("electra", "ElectraForPreTraining", finish_logits=two_classes),
    "mpnet": encoder("mpnet", "MPNetForMaskedLM", draw=padded, attention=r"attention\.attn", written_out=True),
}


def configure(config_class, **usual):
    """A function that makes configurations of one family."""
    return lambda **changes: config_class(**{**usual, **changes})


SIZES = dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40, max_position_embeddings=24,
             hidden_act="gelu", layer_norm_eps=1e-6)
bert = configure(BertConfig, **{**SIZES, "hidden_size": 32, "intermediate_size": 56}, vocab_size=101, type_vocab_size=2,
                 pad_token_id=0)
distilbert = configure(DistilBertConfig, vocab_size=79, dim=24, n_layers=2, n_heads=4, hidden_dim=40,
                       max_position_embeddings=24, activation="gelu", pad_token_id=0)
roberta = configure(RobertaConfig, **SIZES, vocab_size=83, type_vocab_size=1)
xlm_roberta = configure(XLMRobertaConfig, **SIZES, vocab_size=83, type_vocab_size=1)
camembert = configure(CamembertConfig, **SIZES, vocab_size=83, type_vocab_size=1)
albert = configure(AlbertConfig, **{**SIZES, "hidden_act": "gelu_new"}, vocab_size=89, embedding_size=16)
electra = configure(ElectraConfig, **SIZES, vocab_size=97, embedding_size=16)
mpnet = configure(MPNetConfig, **SIZES, vocab_size=83, relative_attention_num_buckets=32)

F16, BF16 = torch.float16, torch.bfloat16
CHECKPOINTS = {
    "bert-headless": Checkpoint("bert", "BertModel", bert(num_hidden_layers=3), lengths=(9, 1, 17), seed=1011),
    "bert-mlm": Checkpoint("bert", "BertForMaskedLM", bert(hidden_act="relu", num_attention_heads=2), lengths=(9,),
                           seed=1012),
    "bert-classifier": Checkpoint("bert", "BertForSequenceClassification", bert(num_labels=3), lengths=(9,), seed=1013),
    "bert-f16": Checkpoint("bert", "BertForMaskedLM", bert(), F16, lengths=(9,), seed=1014),
    "bert-bf16": Checkpoint("bert", "BertForMaskedLM", bert(), BF16, lengths=(9,), seed=1015),
    "bert-next-sentence": Checkpoint("bert", "BertForNextSentencePrediction",
                                     bert(num_hidden_layers=1), F16, lengths=(9,)),
    "bert-pretraining": Checkpoint("bert", "BertForPreTraining", bert(num_hidden_layers=1), F16),
    "bert-tokens": Checkpoint("bert", "BertForTokenClassification", bert(num_hidden_layers=1, num_labels=5), F16),
    "bert-question": Checkpoint("bert", "BertForQuestionAnswering", bert(num_hidden_layers=1), BF16),
    "bert-untied": Checkpoint("bert", "BertForMaskedLM", bert(num_hidden_layers=1, tie_word_embeddings=False), F16),
    "distilbert-headless": Checkpoint("distilbert", "DistilBertModel", distilbert(), F16, lengths=(9,)),
    "distilbert-mlm": Checkpoint("distilbert", "DistilBertForMaskedLM", distilbert(activation="relu"), lengths=(7, 19)),
    "distilbert-classifier": Checkpoint("distilbert", "DistilBertForSequenceClassification", distilbert(n_layers=1), F16),
    "distilbert-tokens": Checkpoint("distilbert", "DistilBertForTokenClassification",
                                    distilbert(n_layers=1, num_labels=4), F16),
    "distilbert-question": Checkpoint("distilbert", "DistilBertForQuestionAnswering", distilbert(n_layers=1), BF16),
    "roberta-headless": Checkpoint("roberta", "RobertaModel", roberta(pad_token_id=3), F16, lengths=(9,)),
    "roberta-mlm": Checkpoint("roberta", "RobertaForMaskedLM", roberta(hidden_act="relu"), lengths=(7, 19)),
    "roberta-untied": Checkpoint("roberta", "RobertaForMaskedLM",
                                 roberta(num_hidden_layers=1, tie_word_embeddings=False), F16),
    "roberta-classifier": Checkpoint("roberta", "RobertaForSequenceClassification",
                                     roberta(num_hidden_layers=1, num_labels=3), F16),
    "roberta-tokens": Checkpoint("roberta", "RobertaForTokenClassification",
                                 roberta(num_hidden_layers=1, num_labels=5), F16),
    "roberta-question": Checkpoint("roberta", "RobertaForQuestionAnswering", roberta(num_hidden_layers=1), BF16),
    "xlm-roberta-mlm": Checkpoint("xlm-roberta", "XLMRobertaForMaskedLM", xlm_roberta(), F16, lengths=(9,)),
    "xlm-roberta-classifier": Checkpoint("xlm-roberta", "XLMRobertaForSequenceClassification",
                                         xlm_roberta(num_hidden_layers=1, num_labels=3), F16),
    "camembert-mlm": Checkpoint("camembert", "CamembertForMaskedLM", camembert(), F16, lengths=(9,)),
    "camembert-tokens": Checkpoint("camembert", "CamembertForTokenClassification",
                                   camembert(num_hidden_layers=1, num_labels=3), F16),
    "albert-headless": Checkpoint("albert", "AlbertModel",
                                  albert(num_hidden_layers=4, num_hidden_groups=2, inner_group_num=2),
                                  F16, lengths=(9,)),
    "albert-mlm": Checkpoint("albert", "AlbertForMaskedLM", albert(num_hidden_layers=3), lengths=(7, 19)),
    "albert-pretraining": Checkpoint("albert", "AlbertForPreTraining",
                                     albert(num_hidden_layers=5, num_hidden_groups=3), F16),
    "albert-classifier": Checkpoint("albert", "AlbertForSequenceClassification", albert(num_labels=3), F16),
    "albert-tokens": Checkpoint("albert", "AlbertForTokenClassification", albert(num_labels=5, embedding_size=24), F16),
    "albert-question": Checkpoint("albert", "AlbertForQuestionAnswering", albert(), BF16),
    "electra-headless": Checkpoint("electra", "ElectraModel", electra(embedding_size=24), F16, lengths=(9,)),
    "electra-mlm": Checkpoint("electra", "ElectraForMaskedLM", electra(hidden_act="relu"), lengths=(7, 19)),
    "electra-mlm-wide": Checkpoint("electra", "ElectraForMaskedLM", electra(embedding_size=24, num_hidden_layers=1), F16),
    "electra-discriminator": Checkpoint("electra", "ElectraForPreTraining", electra(), F16, lengths=(9,)),
    "electra-classifier": Checkpoint("electra", "ElectraForSequenceClassification",
                                     electra(num_hidden_layers=1, num_labels=3), F16),
    "electra-tokens": Checkpoint("electra", "ElectraForTokenClassification",
                                 electra(num_hidden_layers=1, num_labels=5), F16),
    "electra-question": Checkpoint("electra", "ElectraForQuestionAnswering", electra(num_hidden_layers=1), BF16),
    "mpnet-headless": Checkpoint("mpnet", "MPNetModel", mpnet(), F16, lengths=(9,)),
    "mpnet-mlm": Checkpoint("mpnet", "MPNetForMaskedLM", mpnet(hidden_act="relu"), lengths=(7, 19)),
    "mpnet-classifier": Checkpoint("mpnet", "MPNetForSequenceClassification",
                                   mpnet(num_hidden_layers=1, num_labels=3), F16),
    "mpnet-tokens": Checkpoint("mpnet", "MPNetForTokenClassification", mpnet(num_hidden_layers=1, num_labels=5), F16),
    "mpnet-question": Checkpoint("mpnet", "MPNetForQuestionAnswering", mpnet(num_hidden_layers=1), BF16),
}
