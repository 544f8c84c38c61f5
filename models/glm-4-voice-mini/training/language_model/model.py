"""The language model: ChatGLM with other sizes. Its state dict has glm-4-voice-9b's names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class LanguageModelConfig:
    """Sizes; published key names in brackets."""

    vocabulary: int                 # padded_vocab_size
    width: int = 256                # hidden_size
    layers: int = 7                 # num_layers
    heads: int = 8                  # num_attention_heads
    groups: int = 2                 # multi_query_group_num
    head_size: int = 32             # kv_channels; half of it is rotated
    feed_forward: int = 704         # ffn_hidden_size
    context: int = 4096             # seq_length
    epsilon: float = 3.90625e-08    # layernorm_epsilon


class RmsNorm(nn.Module):
    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.width))
        self._epsilon = config.epsilon

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self._epsilon) * self.weight


class SelfAttention(nn.Module):
    """Grouped-query attention; the first half of each head is rotated, in pairs (2i, 2i + 1)."""

    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self._c = config
        rows = (config.heads + 2 * config.groups) * config.head_size
        self.query_key_value = nn.Linear(config.width, rows)
        self.dense = nn.Linear(config.heads * config.head_size, config.width, bias=False)

    def forward(self, x: Tensor, rotary: Tensor, mask: Optional[Tensor], past: Optional[Tuple[Tensor, Tensor]]) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        """x [batch, new, width]; mask [new, past + new], −inf where nothing may be seen. Keys and values: [batch, groups, past + new, head]."""
        c = self._c
        batch, new, _ = x.shape
        heads = self.query_key_value(x).view(batch, new, c.heads + 2 * c.groups, c.head_size)
        rotated = rotate(heads[:, :, :c.heads + c.groups], rotary)
        query, key = rotated.split((c.heads, c.groups), 2)
        key, value = key.transpose(1, 2), heads[:, :, c.heads + c.groups:].transpose(1, 2)
        if past is not None:
            key, value = torch.cat((past[0], key), 2), torch.cat((past[1], value), 2)
        # The heads of a group attend together: [batch, groups, heads per group × new, head].
        shared = c.heads // c.groups
        query = query.view(batch, new, c.groups, shared, c.head_size).permute(0, 2, 3, 1, 4).reshape(batch, c.groups, shared * new, c.head_size)
        scores = query / math.sqrt(c.head_size) @ key.transpose(2, 3)
        if mask is not None:
            scores = scores.view(batch, c.groups, shared, new, -1) + mask.to(scores.dtype)
            scores = scores.view(batch, c.groups, shared * new, -1)
        attended = scores.softmax(-1).to(value.dtype) @ value
        attended = attended.view(batch, c.groups, shared, new, c.head_size).permute(0, 3, 1, 2, 4).reshape(batch, new, -1)
        return self.dense(attended), (key, value)


def rotate(heads: Tensor, rotary: Tensor) -> Tensor:
    """heads [batch, new, heads, head]; rotary [new, pairs, 2]: cosines and sines."""
    pairs = rotary.shape[1]
    turned, rest = heads[..., :2 * pairs], heads[..., 2 * pairs:]
    even, odd = turned[..., 0::2], turned[..., 1::2]
    cosine, sine = rotary[:, None, :, 0].to(heads.dtype), rotary[:, None, :, 1].to(heads.dtype)
    turned = torch.stack((even * cosine - odd * sine, odd * cosine + even * sine), -1).flatten(-2)
    return torch.cat((turned, rest), -1)


class FeedForward(nn.Module):
    """SwiGLU; the first half of the rows is the gate."""

    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.dense_h_to_4h = nn.Linear(config.width, 2 * config.feed_forward, bias=False)
        self.dense_4h_to_h = nn.Linear(config.feed_forward, config.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        gate, up = self.dense_h_to_4h(x).chunk(2, -1)
        return self.dense_4h_to_h(F.silu(gate) * up)


class Layer(nn.Module):
    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.input_layernorm = RmsNorm(config)
        self.self_attention = SelfAttention(config)
        self.post_attention_layernorm = RmsNorm(config)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor, rotary: Tensor, mask: Optional[Tensor], past: Optional[Tuple[Tensor, Tensor]]) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        attended, present = self.self_attention(self.input_layernorm(x), rotary, mask, past)
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x)), present


class _Embedding(nn.Module):
    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocabulary, config.width)


class _Rotary(nn.Module):
    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        width = config.head_size // 2
        self.register_buffer("inv_freq", 1.0 / 10000 ** (torch.arange(0, width, 2).float() / width))

    def forward(self, start: int, count: int) -> Tensor:
        angles = torch.outer(torch.arange(start, start + count).float(), self.inv_freq)
        return torch.stack((angles.cos(), angles.sin()), -1)


class _Encoder(nn.Module):
    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.final_layernorm = RmsNorm(config)


class _Transformer(nn.Module):
    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.embedding = _Embedding(config)
        self.rotary_pos_emb = _Rotary(config)
        self.encoder = _Encoder(config)
        self.output_layer = nn.Linear(config.width, config.vocabulary, bias=False)


Past = List[Tuple[Tensor, Tensor]]


class LanguageModel(nn.Module):
    """ids → logits. Conversations of a batch begin together; what is behind a shorter one's end does not reach what is before it."""

    def __init__(self, config: LanguageModelConfig) -> None:
        super().__init__()
        self.config = config
        self.transformer = _Transformer(config)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                # Layers that add to the residual begin small: 2 per layer.
                adds = name.endswith("dense.weight") or name.endswith("4h_to_h.weight")
                nn.init.normal_(parameter, 0.0, 0.02 if not adds else 0.02 / math.sqrt(2 * config.layers))
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def hidden(self, ids: Tensor, past: Optional[Past] = None) -> Tuple[Tensor, Past]:
        """ids [batch, new] → what the output layer reads [batch, new, width], and keys and values."""
        start = past[0][0].shape[2] if past else 0
        new = ids.shape[1]
        x = self.transformer.embedding.word_embeddings(ids)
        rotary = self.transformer.rotary_pos_emb(start, new)
        mask = torch.full((new, start + new), -math.inf).triu(start + 1) if new > 1 else None
        present: Past = []
        for i, layer in enumerate(self.transformer.encoder.layers):
            x, kept = layer(x, rotary, mask, past[i] if past else None)
            present.append(kept)
        return self.transformer.encoder.final_layernorm(x), present

    def forward(self, ids: Tensor, past: Optional[Past] = None) -> Tuple[Tensor, Past]:
        """ids [batch, new] → logits of what follows the last [batch, vocabulary], and keys and values."""
        hidden, present = self.hidden(ids, past)
        return self.transformer.output_layer(hidden[:, -1]), present

    def loss(self, ids: Tensor, weights: Tensor) -> Tensor:
        """Weighted mean of the cross entropy. ids [batch, length + 1]; weights [batch, length + 1], 0 where nothing is learned.

        What all begin with, the system prompt, is computed once; nothing of it is learned.
        """
        batch = ids.shape[0]
        same = (ids == ids[:1]).all(0) & (weights == 0).all(0)
        shared = int(same.long().cumprod(0).sum()) - 1
        if shared > 0:
            _, prompt = self.hidden(ids[:1, :shared])
            past = [(key.expand(batch, -1, -1, -1), value.expand(batch, -1, -1, -1)) for key, value in prompt]
            hidden, _ = self.hidden(ids[:, shared:-1], past)
        else:
            shared = 0
            hidden, _ = self.hidden(ids[:, :-1])
        targets, weights = ids[:, shared + 1:], weights[:, shared + 1:]
        wanted = weights > 0
        logits = self.transformer.output_layer(hidden[wanted]).float()
        each = F.cross_entropy(logits, targets[wanted], reduction="none")
        return (each * weights[wanted]).sum() / weights[wanted].sum()

    @torch.no_grad()
    def generate(self, prompt: List[int], stops: List[int], most: int = 600) -> List[int]:
        """The most likely continuation up to a stop, which is not part of it."""
        ids: List[int] = []
        logits, past = self(torch.tensor([prompt]))
        while len(ids) < most:
            ids.append(int(logits[0].argmax()))
            if ids[-1] in stops:
                return ids[:-1]
            logits, past = self(torch.tensor([ids[-1:]]), past)
        return ids
