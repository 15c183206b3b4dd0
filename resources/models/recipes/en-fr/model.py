"""A lean encoder-decoder Transformer whose parameters carry the names of Hugging Face's Marian.

It computes what `transformers.MarianMTModel` computes (post-norm, sinusoidal positions, one
embedding shared by source, target and output, no output bias), and adds what training needs: cheap dropout, the
attention of the two guided heads, and a softmax loss that never holds all logits at once.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Dropout:
    """Dropout that slices its masks out of a pool of random numbers drawn now and then.

    Drawing fresh numbers for every activation costs a CPU about as much as the matrix products.
    """

    def __init__(self, rate, dtype, size=1 << 25):
        self.rate, self.size, self.dtype = rate, size, dtype
        self.uses = 0

    def __call__(self, x, training):
        if not training or self.rate == 0:
            return x
        if self.uses % 4000 == 0:
            # A new tensor: the backward pass of this step may still need the old one.
            self.pool = torch.empty(self.size, dtype=self.dtype).bernoulli_(1 - self.rate).mul_(1 / (1 - self.rate))
        self.uses += 1
        start = int(torch.randint(self.size - x.numel(), ()))
        return x * self.pool[start:start + x.numel()].view(x.shape).to(x.dtype)


class Attention(nn.Module):
    """Multi-head attention; `guided` also returns the log-probabilities of head 0."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x, memory, mask, guided=False):
        q, k, v = self.split(self.q_proj(x)), self.split(self.k_proj(memory)), self.split(self.v_proj(memory))
        # Written out: for many short sentences this is several times faster on a CPU than
        # F.scaled_dot_product_attention in bfloat16.
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(2, 3) + mask
        mixed = torch.softmax(scores, -1, dtype=q.dtype) @ v
        out = self.out_proj(mixed.transpose(1, 2).reshape(x.shape))
        return out, torch.log_softmax(scores[:, 0].float(), -1) if guided else None


class Layer(nn.Module):
    """One encoder block, or with `cross` one decoder block."""

    def __init__(self, width, heads, inner, dropout, cross):
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        if cross:
            self.encoder_attn = Attention(width, heads)
            self.encoder_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)
        self.final_layer_norm = nn.LayerNorm(width)
        self.drop = dropout

    def forward(self, x, mask, memory=None, memory_mask=None, guided=False):
        attended, _ = self.self_attn(x, x, mask)
        x = self.self_attn_layer_norm(x + self.drop(attended, self.training))
        guide = None
        if memory is not None:
            attended, guide = self.encoder_attn(x, memory, memory_mask, guided)
            x = self.encoder_attn_layer_norm(x + self.drop(attended, self.training))
        inner = self.fc2(F.relu(self.fc1(x)))
        return self.final_layer_norm(x + self.drop(inner, self.training)), guide


def sinusoids(count, width):
    """Marian's position table: the sines in the first half of the row, the cosines in the second."""
    rate = torch.pow(10000.0, -2 * torch.arange(width // 2, dtype=torch.float64) / width)
    angle = torch.arange(count, dtype=torch.float64)[:, None] * rate
    return torch.cat([angle.sin(), angle.cos()], -1).float()


class Stack(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)


class Translator(nn.Module):
    def __init__(self, vocabulary, width=256, heads=8, inner=1024, depth=3, dropout=0.1, guides=(1, 2),
                 positions=256, dtype=torch.float32):
        super().__init__()
        self.drop = Dropout(dropout, dtype)
        self.guides = guides
        self.scale = math.sqrt(width)
        self.shared = nn.Embedding(vocabulary, width)
        self.encoder = Stack([Layer(width, heads, inner, self.drop, False) for _ in range(depth)])
        self.decoder = Stack([Layer(width, heads, inner, self.drop, True) for _ in range(depth)])
        self.register_buffer("positions", sinusoids(positions, width), persistent=False)
        self.dtype = dtype
        for name, parameter in self.named_parameters():
            if name.startswith("shared"):
                nn.init.normal_(parameter, std=width ** -0.5)
            elif parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def embed(self, ids):
        x = self.shared(ids) * self.scale + self.positions[:ids.shape[1]]
        return self.drop(x.to(self.dtype), self.training)

    def forward(self, source, target, pad):
        """Decoder output and the guided heads' log-probabilities; `target` is the decoder's input."""
        mask = torch.zeros(source.shape, dtype=self.dtype).masked_fill_(source == pad, -1e4)[:, None, None, :]
        memory = self.embed(source)
        for layer in self.encoder.layers:
            memory, _ = layer(memory, mask)
        length = target.shape[1]
        causal = torch.full((length, length), -1e4, dtype=self.dtype).triu_(1)
        x = self.embed(target)
        guides = []
        for index, layer in enumerate(self.decoder.layers):
            x, guide = layer(x, causal, memory, mask, index in self.guides)
            if guide is not None:
                guides.append(guide)
        return x, guides


class SmoothedLoss(torch.autograd.Function):
    """Label-smoothed cross-entropy of `hidden @ embedding.T` against `gold`, chunk by chunk.

    The gradients are computed on the way forward, so that only one chunk of logits exists at a
    time; the smoothing is a constant per row and is added to the gradients in closed form. The
    value returned is the plain (not smoothed) negative log-likelihood, for the log.
    """

    @staticmethod
    def forward(context, hidden, embedding, gold, smoothing, chunk=512):
        count, vocabulary = len(gold), embedding.shape[0]
        matrix = embedding.to(hidden.dtype)
        d_hidden = torch.empty_like(hidden)
        d_embedding = torch.zeros(embedding.shape, dtype=torch.float32)
        likelihood = 0.0
        for start in range(0, count, chunk):
            h, g = hidden[start:start + chunk], gold[start:start + chunk, None]
            p = torch.softmax(h @ matrix.t(), -1)
            likelihood -= float(p.gather(1, g).float().clamp_(min=1e-9).log_().sum())
            p.scatter_add_(1, g, torch.full(g.shape, smoothing - 1.0, dtype=p.dtype))
            d_hidden[start:start + chunk] = p @ matrix
            d_embedding += p.t() @ h
        d_hidden -= (smoothing / vocabulary * embedding.sum(0)).to(hidden.dtype)
        d_embedding -= smoothing / vocabulary * hidden.float().sum(0)
        context.save_for_backward(d_hidden / count, d_embedding / count)
        return torch.tensor(likelihood / count)

    @staticmethod
    def backward(context, d_loss):
        d_hidden, d_embedding = context.saved_tensors
        return d_hidden * d_loss.to(d_hidden.dtype), d_embedding * d_loss, None, None, None
