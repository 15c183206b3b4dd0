#!/usr/bin/env python3
"""Make tiny random checkpoints and the numbers Hugging Face `transformers` computes with them.

    python make_golden.py [--out FOLDER] [--only NAME ...]

Every folder holds a checkpoint (config.json, model.safetensors or shards with an index), golden.safetensors and
golden.json. golden.json names the token ids: `ids` (what the encoder reads, or GPT-2's only stack), `type_ids`
(BERT), `target_ids` (what Marian's decoder reads, start token first); `more` lists further inputs with a file of
tensors each; `generate` has what greedy and beam search produce. The checkpoints are unlike any real one on
purpose: weights are large, biases and norms are random, so that no attention is uniform and no term is invisible.

Tensors are F32, one sentence, no batch axis. GPT-2's stack counts as decoder, BERT's as encoder. For stack S in
{encoder, decoder}, block L and attention A in {self, cross}:

    S.embedding                     what block 0 reads                      [n, width]
    S.L.A.query .key .value         per head, bias added, not yet scaled    [heads, n, head width]
    S.L.A.scores                    scaled and masked (-inf), not yet soft  [heads, n query, n key]
    S.L.A.weights                   softmax of the scores                   [heads, n query, n key]
    S.L.hidden                      block L's output                        [n, width]
    S.final                         what a head or the decoder reads        [n, width]
    logits                          where there is a head                   [n, vocabulary] or [classes]
"""
import argparse
import json
import pathlib
import re
import shutil
import sys
import warnings

import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers import BertConfig, GPT2Config, GenerationConfig, MarianConfig
from transformers.models.bert import modeling_bert
from transformers.models.gpt2 import modeling_gpt2
from transformers.models.marian import modeling_marian

STACKS = {  # where the blocks are, for each family, inside the model without its head
    "marian": {"encoder": "encoder.layers", "decoder": "decoder.layers"},
    "gpt2": {"decoder": "h"},
    "bert": {"encoder": "encoder.layer"},
}


class Recorder:
    """Hooks that write down what passes through a model, under the names above."""

    def __init__(self, model, family):
        self.tensors = {}
        self.names = {}
        self.handles = []
        body = getattr(model, model.base_model_prefix, model)
        for stack, path in STACKS[family].items():
            for index, block in enumerate(body.get_submodule(path)):
                if index == 0:
                    self.handles.append(block.register_forward_pre_hook(self.embedding(stack), with_kwargs=True))
                self.handles.append(block.register_forward_hook(self.hidden(f"{stack}.{index}.hidden")))
                for name, module in block.named_modules():
                    if re.fullmatch(r"self_attn|attn|attention\.self", name):
                        self.names[module] = f"{stack}.{index}.self"
                    elif name == "encoder_attn":
                        self.names[module] = f"{stack}.{index}.cross"
        self.body, self.family = body, family

    def embedding(self, stack):
        def hook(_, arguments, options):
            self.put(f"{stack}.embedding", arguments[0] if arguments else options["hidden_states"])
        return hook

    def hidden(self, name):
        def hook(_, __, output):
            self.put(name, output[0] if isinstance(output, tuple) else output)
        return hook

    def put(self, name, tensor):
        assert tensor.shape[0] == 1 and tensor.dtype == torch.float32, name
        self.tensors[name] = tensor.detach()[0].contiguous().clone()

    def wrap(self, eager):
        """The library's own eager attention, with its terms written down."""
        def attention(module, query, key, value, attention_mask, scaling=None, **options):
            name = self.names[module]
            scores = query @ key.transpose(2, 3) * (query.shape[-1] ** -0.5 if scaling is None else scaling)
            if attention_mask is not None:
                scores = scores + attention_mask
                scores = scores.masked_fill(attention_mask < -1e30, float("-inf"))
            output, weights = eager(module, query, key, value, attention_mask, scaling=scaling, **options)
            assert torch.equal(torch.softmax(scores, -1), weights), name
            for part, tensor in dict(query=query, key=key, value=value, scores=scores, weights=weights).items():
                self.put(f"{name}.{part}", tensor)
            return output, weights
        return attention

    def close(self):
        for handle in self.handles:
            handle.remove()

    def run(self, model, inputs):
        """One forward pass; returns every tensor of it."""
        self.tensors = {}
        module = {"marian": modeling_marian, "gpt2": modeling_gpt2, "bert": modeling_bert}[self.family]
        eager, module.eager_attention_forward = module.eager_attention_forward, self.wrap(module.eager_attention_forward)
        finals = []
        try:
            for stack in STACKS[self.family]:
                owner = self.body.get_submodule(stack) if self.family == "marian" else self.body
                finals.append(owner.register_forward_hook(
                    lambda _, __, output, stack=stack: self.put(f"{stack}.final", output[0])))
            with torch.no_grad():
                output = model(**inputs, use_cache=False)
        finally:
            module.eager_attention_forward = eager
            for handle in finals:
                handle.remove()
        if "logits" in output:
            self.put("logits", output.logits)
        return self.tensors


def randomise(model, generator, spread):
    """Weights wide enough to matter, biases and norms away from zero and one."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:
                continue  # Marian's sinusoids
            noise = torch.randn(parameter.shape, generator=generator)
            norm = re.search(r"layer_?norm|ln_|LayerNorm", name)
            if norm and name.endswith("weight"):
                parameter.copy_(1 + 0.3 * noise)
            elif parameter.dim() == 1:
                parameter.copy_(0.2 * noise)
            else:
                parameter.copy_((0.5 if "shared" in name else 1.0) * spread * noise)
        if hasattr(model, "final_logits_bias"):
            model.final_logits_bias.copy_(0.5 * torch.randn(model.final_logits_bias.shape, generator=generator))


def marian(**changes):
    options = dict(vocab_size=90, d_model=24, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
                   decoder_attention_heads=4, encoder_ffn_dim=40, decoder_ffn_dim=56, activation_function="swish",
                   max_position_embeddings=32, scale_embedding=True, pad_token_id=89, eos_token_id=0, bos_token_id=None,
                   decoder_start_token_id=89, forced_eos_token_id=0, static_position_embeddings=True,
                   share_encoder_decoder_embeddings=True, tie_word_embeddings=True, normalize_before=False,
                   num_beams=4)
    return MarianConfig(**{**options, **changes})


def gpt2(**changes):
    options = dict(vocab_size=97, n_embd=32, n_layer=2, n_head=4, n_inner=None, n_positions=24,
                   activation_function="gelu_new", layer_norm_epsilon=1e-4, bos_token_id=96, eos_token_id=96,
                   pad_token_id=None)
    return GPT2Config(**{**options, **changes})


def bert(**changes):
    options = dict(vocab_size=101, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=56,
                   max_position_embeddings=24, type_vocab_size=2, hidden_act="gelu", layer_norm_eps=1e-6,
                   pad_token_id=0)
    return BertConfig(**{**options, **changes})


# name: (family, class, configuration, stored precision, lengths of the inputs, bytes a shard)
CHECKPOINTS = {
    "marian-swish": ("marian", "MarianMTModel", marian(decoder_layers=3), torch.float32, (7, 1, 17), None),
    "marian-relu": ("marian", "MarianMTModel",
                    marian(encoder_layers=3, decoder_layers=1, activation_function="relu", scale_embedding=False,
                           encoder_attention_heads=6, decoder_attention_heads=3), torch.float32, (5,), None),
    "marian-f16": ("marian", "MarianMTModel", marian(encoder_layers=1), torch.float16, (5,), None),
    "marian-bf16": ("marian", "MarianMTModel", marian(decoder_layers=1), torch.bfloat16, (5,), None),
    "gpt2-lm": ("gpt2", "GPT2LMHeadModel", gpt2(n_layer=3, n_embd=24), torch.float32, (7, 1, 17), None),
    "gpt2-headless": ("gpt2", "GPT2Model", gpt2(activation_function="gelu"), torch.float32, (5,), None),
    "gpt2-untied": ("gpt2", "GPT2LMHeadModel", gpt2(tie_word_embeddings=False, n_inner=40), torch.float32, (5,), None),
    "gpt2-relu": ("gpt2", "GPT2LMHeadModel", gpt2(activation_function="relu", n_inner=48, n_head=2), torch.float32,
                  (5,), None),
    "gpt2-f16": ("gpt2", "GPT2LMHeadModel", gpt2(n_embd=28), torch.float16, (5,), None),
    "gpt2-bf16": ("gpt2", "GPT2LMHeadModel", gpt2(n_embd=28), torch.bfloat16, (5,), None),
    "gpt2-sharded": ("gpt2", "GPT2LMHeadModel", gpt2(n_embd=24), torch.float32, (5,), "24KB"),
    "bert-headless": ("bert", "BertModel", bert(num_hidden_layers=3), torch.float32, (9, 1, 17), None),
    "bert-mlm": ("bert", "BertForMaskedLM", bert(hidden_act="relu", num_attention_heads=2), torch.float32, (9,), None),
    "bert-classifier": ("bert", "BertForSequenceClassification", bert(num_labels=3), torch.float32, (9,), None),
    "bert-f16": ("bert", "BertForMaskedLM", bert(), torch.float16, (9,), None),
    "bert-bf16": ("bert", "BertForMaskedLM", bert(), torch.bfloat16, (9,), None),
}


def draw(low, high, count, generator):
    return torch.randint(low, high, (count,), generator=generator).tolist()


def make_inputs(family, config, length, generator):
    """Token ids of one input, as golden.json has them."""
    if family == "marian":
        target = max(1, length - 2)  # not as long as the source, to tell rows from columns
        return {"ids": draw(1, 89, length - 1, generator) + [0],
                "target_ids": [config.decoder_start_token_id] + draw(1, 89, target - 1, generator)}
    if family == "bert":
        second = length // 3
        return {"ids": draw(1, config.vocab_size, length, generator),
                "type_ids": [0] * (length - second) + [1] * second}
    return {"ids": draw(0, config.eos_token_id, length, generator)}


def model_inputs(family, ids):
    """The same as arguments of the model."""
    names = {"ids": "input_ids", "target_ids": "decoder_input_ids", "type_ids": "token_type_ids"}
    return {names[name]: torch.tensor([values]) for name, values in ids.items()}


def generate(model, family, prompts, length):
    """What greedy and beam search produce, with and without the prompt as `transformers` returns it."""
    results = []
    for prompt in prompts:
        result = {"ids": prompt}
        for name, beams in (("greedy", 1), ("beam", 4)):
            config = GenerationConfig.from_model_config(model.config)
            config.update(num_beams=beams, do_sample=False, max_length=length, length_penalty=1.0, early_stopping=False,
                          return_dict_in_generate=True, output_scores=True)
            if family == "marian":
                config.update(bad_words_ids=[[model.config.pad_token_id]])
            else:
                config.update(pad_token_id=model.config.eos_token_id)
            with torch.no_grad():
                out = model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                                     generation_config=config)
            result[name] = {"ids": out.sequences[0].tolist()}
            if beams > 1:
                result[name]["score"] = float(out.sequences_scores[0])
        results.append(result)
    return {"max_length": length, "num_beams": 4, "length_penalty": 1.0, "early_stopping": False, "cases": results}


def make(name, out, seed):
    """One folder."""
    family, class_name, config, precision, lengths, shard = CHECKPOINTS[name]
    generator = torch.Generator().manual_seed(seed)
    config.initializer_range = config.init_std = 0.4
    model = getattr(transformers, class_name)._from_config(config, attn_implementation="eager").eval()
    randomise(model, generator, spread=0.4)
    model = model.to(precision)

    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))
    (folder / "generation_config.json").unlink(missing_ok=True)
    model = getattr(transformers, class_name).from_pretrained(folder, dtype=torch.float32,
                                                              attn_implementation="eager").eval()

    recorder = Recorder(model, family)
    golden = {"family": family, "class": class_name}
    for index, length in enumerate(lengths):
        ids = make_inputs(family, model.config, length, generator)
        file = "golden.safetensors" if index == 0 else f"golden-{length}.safetensors"
        save_file(recorder.run(model, model_inputs(family, ids)), folder / file)
        if index == 0:
            golden.update(ids, more=[])
        else:
            golden["more"].append({"file": file, **ids})
    recorder.close()
    if class_name in ("MarianMTModel", "GPT2LMHeadModel"):
        prompts = [make_inputs(family, model.config, length, generator)["ids"] for length in (2, 5, 6)]
        golden["generate"] = generate(model, family, prompts, 14)
    text = json.dumps(golden, indent=1)
    text = re.sub(r"\[[\s\d,]*\]", lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"), text)
    (folder / "golden.json").write_text(text + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    parser.add_argument("--only", nargs="*", choices=CHECKPOINTS, default=list(CHECKPOINTS))
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    for number, name in enumerate(CHECKPOINTS):
        if name in arguments.only:
            make(name, arguments.out, seed=1000 + number)
            print(name)
    versions = {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__,
                "safetensors": safetensors.__version__}
    (arguments.out / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()
