#!/usr/bin/env python3
"""Ask Hugging Face `transformers` for the position tables of the golden checkpoints.

    python make_position_goldens.py

Writes positions.safetensors beside this script: tables and biases as the loaded models hold them, rotary angles a token,
and, of GPT-2's learned table, what NumPy says of its similarities and singular values (float64, stored as F32).
"""
import pathlib
import sys

import numpy
import safetensors.torch
import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent.parent / "golden"
FARTHEST = 20


def load(name, kind=transformers.AutoModel):
    return kind.from_pretrained(GOLDEN / name, torch_dtype=torch.float32).eval()


def t5_bias(stack):
    attention = stack.block[0].layer[0].SelfAttention
    n = FARTHEST + 1
    bias = attention.compute_bias(n, n)[0]  # [n_heads, n, n]
    backwards = [bias[:, FARTHEST, FARTHEST + d] for d in range(-FARTHEST, 1)]
    forwards = [] if attention.is_decoder else [bias[:, 0, d] for d in range(1, n)]
    return torch.stack(backwards + forwards, dim=1)


def main():
    tensors = {}
    marian = load("marian-swish")
    tensors["marian-swish.table"] = marian.encoder.embed_positions.weight
    m2m = load("m2m100-lm")
    positions = m2m.encoder.embed_positions
    tensors["m2m100-lm.table"] = positions.weights[positions.offset:positions.offset + 24]
    t5 = load("t5-relu")
    tensors["t5-relu.encoder.bias"] = t5_bias(t5.encoder)
    tensors["t5-relu.decoder.bias"] = t5_bias(t5.decoder)
    bloom = load("bloom-lm")
    mask = torch.ones(1, FARTHEST + 1)
    alibi = bloom.build_alibi_tensor(mask, bloom.config.n_head, torch.float32).reshape(bloom.config.n_head, -1)
    tensors["bloom-lm.bias"] = alibi - alibi[:, -1:]  # relative to the query that stands last
    for name in ("llama-lm", "llama-3", "llama-linear", "llama-yarn"):
        tensors[f"{name}.frequencies"] = load(name).rotary_emb.inv_freq
    gpt2 = load("gpt2-lm")
    table = gpt2.wpe.weight.detach()
    tensors["gpt2-lm.table"] = table
    exact = table.numpy().astype(numpy.float64)
    normed = exact / numpy.linalg.norm(exact, axis=1, keepdims=True)
    tensors["gpt2-lm.similarities"] = torch.from_numpy((normed @ normed.T).astype(numpy.float32))
    tensors["gpt2-lm.singular"] = torch.from_numpy(numpy.linalg.svd(exact, compute_uv=False).astype(numpy.float32))
    tensors = {name: tensor.detach().clone().contiguous().to(torch.float32) for name, tensor in tensors.items()}
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "numpy": numpy.__version__,
                "python": sys.version.split()[0]}
    safetensors.torch.save_file(tensors, HERE / "positions.safetensors", metadata=versions)
    for name, tensor in tensors.items():
        print(name, tuple(tensor.shape))


if __name__ == "__main__":
    main()
