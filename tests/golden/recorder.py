"""Writing down what passes through a Hugging Face model, under the names of `headlight dump`.

Tensors are F32, one sentence, no batch axis. A decoder-only model's stack counts as decoder, an encoder-only model's as
encoder. For stack S in {encoder, decoder}, block L and attention A in {self, cross}:

    S.embedding                     what block 0 reads                      [n, width]
    S.L.A.query .key .value         per head, bias added, not yet scaled    [heads, n, head width]
    S.L.A.scores                    scaled and masked (-inf), not yet soft  [heads, n query, n key]
    S.L.A.weights                   softmax of the scores                   [heads, n query, n key]
    S.L.hidden                      block L's output                        [n, width]
    S.final                         what a head or the decoder reads        [n, width]
    logits                          where there is a head                   [n, vocabulary], [n, classes] or [classes]

Rotary positions are in query and key; position biases and soft caps are in the scores. Query heads may share a key head.
"""
import contextlib
import dataclasses
import importlib
import itertools
import re
from collections.abc import Callable

import torch


@dataclasses.dataclass(frozen=True)
class Family:
    """Where `transformers` keeps a family's parts, and what its models read. Paths start at the model without its head."""
    module: str                                  # transformers.models.MODULE.modeling_MODULE
    stacks: dict[str, str]                       # stack: path of its list of blocks
    draw: Callable                               # (config, length, generator) -> ids of one input, as golden.json has them
    attention: str = "self_attn"                 # pattern of the self attention's name inside a block
    cross_attention: str = "encoder_attn"
    finals: dict[str, str] = dataclasses.field(default_factory=dict)  # stack: path of whose output is S.final; else the model
    final_of: Callable = None                    # (model without its head, stack) -> (module, True where its input is meant)
    attention_implementation: str = "eager"      # "sdpa" where `transformers` has no eager_attention_forward to wrap
    blocks_of: Callable = None                   # (model without its head, stack) -> its blocks, shared ones each time they run
    written_out: bool = False                    # self attention computes its softmax itself, from layers q, k and v
    heads_method: str = ""                       # "Class.method" that takes or gives query, key and value; a softmax follows
    finish_logits: Callable = lambda model, logits: logits  # as Headlight has them
    scaled_query: bool = False                   # the query comes to the attention already divided by sqrt(head width)
    generation: Callable = lambda config: {}     # config -> options of model.generate beside the usual ones
    fallback: str = ""                           # class of a checkpoint that names none

    def modeling(self):
        return importlib.import_module(f"transformers.models.{self.module}.modeling_{self.module}")


class Recorder:
    """Hooks that write down what passes through a model. `family` is a Family."""

    def __init__(self, model, family):
        self.tensors = {}
        self.names = {}
        self.handles = []
        self.running = None  # the attention module at work
        self.family = family
        self.body = getattr(model, model.base_model_prefix, model)
        # A model of half a family's parts (an encoder alone) has only those stacks.
        self.stacks = {stack: path for stack, path in family.stacks.items() if hasattr(self.body, path.split(".")[0])}
        for stack, path in self.stacks.items():
            blocks = family.blocks_of(self.body, stack) if family.blocks_of else list(self.body.get_submodule(path))
            for block in dict.fromkeys(blocks):
                self.watch(stack, block, [index for index, other in enumerate(blocks) if other is block])
        for module in self.names:
            self.handles.append(module.register_forward_pre_hook(self.enter))

    def watch(self, stack, block, indices):
        """Hooks of one block, which runs as the layers `indices` in turn."""
        attentions = {module: "self" if re.fullmatch(self.family.attention, name) else "cross"
                      for name, module in block.named_modules()
                      if re.fullmatch(f"{self.family.attention}|{self.family.cross_attention}", name)}
        turns = itertools.cycle(indices)

        def begin(_, arguments, options):
            index = next(turns)
            if index == 0:
                self.put(f"{stack}.embedding", arguments[0] if arguments else options["hidden_states"])
            self.names.update({module: f"{stack}.{index}.{kind}" for module, kind in attentions.items()})
            self.layer = f"{stack}.{index}"

        def end(_, __, output):
            self.put(f"{self.layer}.hidden", output[0] if isinstance(output, tuple) else output)

        self.names.update({module: "" for module in attentions})
        self.handles.append(block.register_forward_pre_hook(begin, with_kwargs=True))
        self.handles.append(block.register_forward_hook(end))

    def enter(self, module, _):
        self.running = module

    def final(self, stack):
        """Registers the hook for S.final."""
        module, reads = self.family.final_of(self.body, stack) if self.family.final_of else (None, False)
        if reads:
            return module.register_forward_pre_hook(lambda _, arguments: self.put(f"{stack}.final", arguments[0]))
        module = module or self.body.get_submodule(self.family.finals.get(stack, ""))
        return module.register_forward_hook(
            lambda _, __, output: self.put(f"{stack}.final", output if torch.is_tensor(output) else output[0]))

    def put(self, name, tensor):
        assert tensor.shape[0] == 1 and tensor.dtype == torch.float32, name
        self.tensors[name] = tensor.detach()[0].contiguous().clone()

    def put_attention(self, module, query, key, value, scores, weights):
        name = self.names[module]
        if self.family.scaled_query:
            query = query * query.shape[-1] ** 0.5
        for part, tensor in dict(query=query, key=key, value=value, scores=scores, weights=weights).items():
            self.put(f"{name}.{part}", tensor)

    def wrap(self, eager):
        """The library's own eager attention, with its terms written down."""
        def attention(module, query, key, value, attention_mask, scaling=None, softcap=None, position_bias=None, **options):
            groups = query.shape[1] // key.shape[1]
            every_key = key.repeat_interleave(groups, dim=1)
            scores = query @ every_key.transpose(2, 3) * (query.shape[-1] ** -0.5 if scaling is None else scaling)
            if softcap is not None:
                scores = torch.tanh(scores / softcap) * softcap
                options["softcap"] = softcap
            if position_bias is not None:
                scores = scores + position_bias
                options["position_bias"] = position_bias
            if attention_mask is not None:
                scores = scores + attention_mask
                scores = scores.masked_fill(attention_mask < -1e30, float("-inf"))
            output, weights = eager(module, query, key, value, attention_mask, scaling=scaling, **options)
            assert torch.equal(torch.softmax(scores, -1), weights), self.names[module]
            self.put_attention(module, query, key, value, scores, weights)
            return output, weights
        return attention

    def wrap_sdpa(self, sdpa):
        """PyTorch's fused attention, with the terms it does not give away computed beside it."""
        def attention(query, key, value, attn_mask=None, is_causal=False, scale=None, **options):
            groups = query.shape[1] // key.shape[1]
            scores = query @ key.repeat_interleave(groups, dim=1).transpose(2, 3)
            scores = scores * (query.shape[-1] ** -0.5 if scale is None else scale)
            if is_causal:
                attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
                is_causal = False
            if attn_mask is not None and attn_mask.dtype == torch.bool:
                scores = scores.masked_fill(~attn_mask, float("-inf"))
            elif attn_mask is not None:
                scores = (scores + attn_mask).masked_fill(attn_mask < -1e30, float("-inf"))
            weights = torch.softmax(scores, -1)
            output = sdpa(query, key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1),
                          attn_mask=attn_mask, scale=scale, **options)
            close = torch.allclose(weights @ value.repeat_interleave(groups, dim=1), output, rtol=1e-4, atol=1e-5)
            assert close, self.names[self.running]
            shared = key.shape[1] // min(key.shape[1], getattr(self.running, "num_kv_heads", key.shape[1]))
            self.put_attention(self.running, query, key[:, ::shared], value[:, ::shared], scores, weights)
            return output
        return attention

    def wrap_softmax(self, softmax):
        """The softmax inside an attention module, which also projects the heads."""
        projected = {}
        for module in self.names:
            for part in "qkv":
                self.handles.append(getattr(module, part).register_forward_hook(
                    lambda _, __, output, part=part: projected.update({part: output})))

        def attention(scores, **options):
            weights = softmax(scores, **options)
            n_heads = scores.shape[1]
            heads = [projected[part].unflatten(-1, (n_heads, -1)).transpose(1, 2) for part in "qkv"]
            self.put_attention(self.running, *heads, scores, weights)
            return weights
        return attention

    @contextlib.contextmanager
    def heads_then_softmax(self):
        """Attention classes with methods of their own: their query, key and value, and the softmax behind them."""
        class_name, method = self.family.heads_method.split(".")
        owner = getattr(self.family.modeling(), class_name)
        original, softmax = getattr(owner, method), torch.nn.functional.softmax
        heads = []

        def take_heads(module, *arguments, **options):
            heads[:] = arguments[:3]
            output = original(module, *arguments, **options)
            if len(arguments) < 3:
                heads[:] = output
            return output

        def take_scores(scores, **options):
            weights = softmax(scores, **options)
            self.put_attention(self.running, *heads, scores.masked_fill(scores < -1e30, float("-inf")), weights)
            return weights

        setattr(owner, method, take_heads)
        torch.nn.functional.softmax = take_scores
        try:
            yield
        finally:
            setattr(owner, method, original)
            torch.nn.functional.softmax = softmax

    @contextlib.contextmanager
    def attentions(self):
        """While it lasts, attentions are written down."""
        if self.family.heads_method:
            with self.heads_then_softmax():
                yield
            return
        if self.family.attention_implementation == "sdpa":
            owner, name, wrap = torch.nn.functional, "scaled_dot_product_attention", self.wrap_sdpa
        elif self.family.written_out:
            owner, name, wrap = torch.nn.functional, "softmax", self.wrap_softmax
        else:
            owner, name, wrap = self.family.modeling(), "eager_attention_forward", self.wrap
        original = getattr(owner, name)
        setattr(owner, name, wrap(original))
        try:
            yield
        finally:
            setattr(owner, name, original)

    def close(self):
        for handle in self.handles:
            handle.remove()

    def run(self, model, inputs):
        """One forward pass; returns every tensor of it."""
        self.tensors = {}
        finals = [self.final(stack) for stack in self.stacks]
        try:
            with self.attentions(), torch.no_grad():
                output = model(**inputs, use_cache=False)
        finally:
            for handle in finals:
                handle.remove()
        if "logits" in output:
            self.put("logits", self.family.finish_logits(model, output.logits))
        elif "prediction_logits" in output:  # pre-training: the masked language model of its two heads
            self.put("logits", output.prediction_logits)
        elif "start_logits" in output:  # question answering: two classes a token
            self.put("logits", torch.stack([output.start_logits, output.end_logits], -1))
        return self.tensors


NAMES = {"ids": "input_ids", "target_ids": "decoder_input_ids", "type_ids": "token_type_ids"}


def model_inputs(ids):
    """One input of golden.json as arguments of the model."""
    return {NAMES[name]: torch.tensor([values]) for name, values in ids.items() if name in NAMES}


def draw(low, high, count, generator):
    return torch.randint(low, high, (count,), generator=generator).tolist()
