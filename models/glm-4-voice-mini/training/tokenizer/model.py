"""The encoder of GLM-4-Voice's speech tokenizer: a Whisper encoder with causal convolutions, block-causal attention, pooling.

Names of modules are the published ones (GLM-4-Voice, speech_tokenizer/modeling_whisper.py, WhisperVQEncoder), the order of
operators follows from them. Convolutions are matrix products over gathered frames: in bfloat16 they are faster so, and safe.
"""

import math
from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tokenizer.quantizer import Codebook
from tokenizer.sizes import Sizes


class _Gelu(torch.autograd.Function):
    """The exact GELU. oneDNN's gradient of it is wrong where the incoming gradient is not contiguous."""

    @staticmethod
    def forward(context, values: Tensor) -> Tensor:
        context.save_for_backward(values)
        return F.gelu(values)

    @staticmethod
    def backward(context, gradient: Tensor) -> Tensor:
        (values,) = context.saved_tensors
        return torch.ops.aten.gelu_backward(gradient.contiguous(), values.contiguous())


gelu = _Gelu.apply


class CausalConvolution(nn.Conv1d):
    """A convolution of three taps over [batch, frames, channels] that looks back only."""

    def __init__(self, inputs: int, outputs: int, step: int) -> None:
        super().__init__(inputs, outputs, kernel_size=3, stride=step)

    def forward(self, frames: Tensor) -> Tensor:
        padded = F.pad(frames, (0, 0, 2, 0))
        step, count = self.stride[0], frames.shape[1]
        taps = torch.cat([padded[:, tap : tap + count : step] for tap in range(3)], dim=-1)
        return F.linear(taps, self.weight.permute(0, 2, 1).reshape(self.out_channels, -1), self.bias)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, frames: Tensor, bias: Tensor) -> Tensor:
        """frames: [batch, frames, width]; bias: [batch, 1, frames, frames], added to the scores."""
        batch, count, width = frames.shape
        split = (batch, count, self.heads, width // self.heads)
        query = (self.q_proj(frames) * (width // self.heads) ** -0.5).view(split).transpose(1, 2)
        key = self.k_proj(frames).view(split).permute(0, 2, 3, 1)
        value = self.v_proj(frames).view(split).transpose(1, 2)
        weights = torch.softmax((query @ key).float() + bias, dim=-1).to(value.dtype)
        return self.out_proj((weights @ value).transpose(1, 2).reshape(batch, count, width))


class EncoderLayer(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.self_attn = Attention(width, heads)
        self.self_attn_layer_norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, frames: Tensor, bias: Tensor) -> Tensor:
        frames = frames + self.self_attn(self.self_attn_layer_norm(frames), bias)
        return frames + self.fc2(gelu(self.fc1(self.final_layer_norm(frames))))


def block_bias(valid: Tensor, block: int) -> Tensor:
    """What is added to attention scores: frames see their own block and those before it, as far as there is sound.

    valid: bool [batch, frames]. Returns float [batch, 1, frames, frames].
    """
    blocks = torch.arange(valid.shape[1]) // block
    allowed = (blocks[None, :] <= blocks[:, None])[None] & valid[:, None, :]
    return torch.zeros(allowed.shape).masked_fill_(~allowed, torch.finfo(torch.float32).min)[:, None]


class WhisperVQEncoder(nn.Module):
    """Spectrogram to codes."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        width = sizes.d_model
        self.conv1 = CausalConvolution(sizes.num_mel_bins, width, 1)
        self.conv2 = CausalConvolution(width, width, 2)
        self.embed_positions = nn.Embedding(sizes.max_source_positions, width)
        self.layers = nn.ModuleList(EncoderLayer(width, sizes.encoder_attention_heads, sizes.encoder_ffn_dim) for _ in range(sizes.quantize_position))
        self.codebook = Codebook(sizes.quantize_vocab_size, width)
        self.embed_positions2 = nn.Embedding(sizes.max_source_positions // sizes.pooling_kernel_size, width)
        self.register_buffer("ema_count", torch.ones(sizes.quantize_vocab_size))
        self.register_buffer("ema_weight", torch.zeros(sizes.quantize_vocab_size, width))

    def forward(self, mel: Tensor, samples: Tensor, first_position: int = 0) -> tuple[Tensor, Tensor, Tensor]:
        """Everything before the codebook.

        mel: [batch, frames, bins] of 100 frames a second, a multiple of 8.
        samples: int64 [batch], length of each sound; what follows is silence that no frame attends to.
        first_position: row of the table of positions to begin at, a multiple of the block.
        Returns the frames at the pooling [batch, frames / 2, width], the tokens [batch, frames / 8, width] and which of
        the tokens hold sound, bool [batch, frames / 8].
        """
        sizes = self.sizes
        hidden = gelu(self.conv2(gelu(self.conv1(mel))))
        count = hidden.shape[1]
        hidden = hidden + self.embed_positions.weight[first_position : first_position + count]
        valid = torch.arange(count)[None] * 320 < samples[:, None]
        bias = block_bias(valid, sizes.quantize_causal_block_size)
        for layer in self.layers[: sizes.pooling_position]:
            hidden = layer(hidden, bias)
        pooling = sizes.pooling_kernel_size
        tokens = hidden.unflatten(1, (-1, pooling)).mean(2)
        valid = valid[:, ::pooling]
        bias = block_bias(valid, sizes.quantize_causal_block_size // pooling)
        for layer in self.layers[sizes.pooling_position :]:
            tokens = layer(tokens, bias)
        return hidden, tokens, valid

    @torch.no_grad()
    def codes(self, mel: Tensor, samples: Tensor) -> tuple[Tensor, Tensor]:
        """The code of each token, int64 [batch, tokens], and which hold sound."""
        _, tokens, valid = self(mel, samples)
        return self.codebook.nearest(tokens), valid


def sinusoids(count: int, periods: Tensor, scale: float = 1.0) -> Tensor:
    """Sines and then cosines of the given periods in rows, float [count, 2 × periods]."""
    angles = torch.arange(count)[:, None] * (2 * math.pi / periods)[None]
    return scale * torch.cat([angles.sin(), angles.cos()], dim=1)


def look_at_neighbours_first(model: WhisperVQEncoder, amplitude: float = 0.1, peak: float = 5.0) -> None:
    """Begins training with heads that look a set way back or ahead, instead of having to find out what a position is.

    The first 64 channels hold sinusoids of 32 periods, which no layer writes to at first; queries and keys read them so that
    the score of a pair is a bump over its distance. The table of positions is not trained: any stretch of it is as any other.
    """
    sizes = model.sizes
    width, size = sizes.d_model, sizes.d_model // sizes.encoder_attention_heads
    half = size // 2
    periods = torch.logspace(math.log10(4), math.log10(400), half)
    with torch.no_grad():
        table = torch.zeros(sizes.max_source_positions, width)
        table[:, :size] = sinusoids(sizes.max_source_positions, periods, amplitude)
        model.embed_positions.weight.copy_(table)
        model.embed_positions.weight.requires_grad_(False)
        model.conv2.weight[:size] *= 0.1
        offsets, spreads = (0.0, -4.0, 4.0, 0.0), (1.5, 2.0, 2.0, 25.0)
        for layer in model.layers:
            attention = layer.self_attn
            layer.self_attn_layer_norm.weight[:size] = 1 / amplitude
            attention.out_proj.weight[:size] *= 0.01
            layer.fc2.weight[:size] *= 0.01
            for head, (offset, spread) in enumerate(zip(offsets, spreads)):
                strength = torch.exp(-((spread * 2 * math.pi / periods) ** 2) / 2)
                strength = (strength * peak * math.sqrt(size) / strength.sum()).sqrt()
                rows = slice(head * size, (head + 1) * size)
                angle = offset * 2 * math.pi / periods
                attention.q_proj.weight[rows, :size] = 0
                attention.k_proj.weight[rows, :size] = 0
                query, key = attention.q_proj.weight[rows], attention.k_proj.weight[rows]
                index = torch.arange(half)
                # sin(a + b) and cos(a + b) of the query's own position a.
                query[index, index] = strength * angle.cos()
                query[index, half + index] = strength * angle.sin()
                query[half + index, half + index] = strength * angle.cos()
                query[half + index, index] = -strength * angle.sin()
                key[index, index] = strength
                key[half + index, half + index] = strength


def initialized(sizes: Sizes) -> WhisperVQEncoder:
    """A model to train."""
    model = WhisperVQEncoder(sizes)
    for name, parameter in model.named_parameters():
        if name.endswith(("proj.weight", "fc1.weight", "fc2.weight")):
            nn.init.xavier_uniform_(parameter, gain=0.7 if name.endswith(("out_proj.weight", "fc2.weight")) else 1.0)
        elif name.endswith(("proj.bias", "fc1.bias", "fc2.bias")):
            nn.init.zeros_(parameter)
    look_at_neighbours_first(model)
    return model
