"""The encoder of GLM-4-Voice's speech tokenizer: a Whisper encoder with causal convolutions, block-causal attention, pooling.

Names of modules are the published ones (GLM-4-Voice, speech_tokenizer/modeling_whisper.py, WhisperVQEncoder), the order of
operators follows from them. Convolutions are matrix products over gathered frames: in bfloat16 they are faster so, and safe.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tokenizer.neighbours import Neighbours
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


def initialized(sizes: Sizes) -> WhisperVQEncoder:
    """A model to train."""
    model = WhisperVQEncoder(sizes)
    neighbours = Neighbours(sizes.d_model, sizes.encoder_attention_heads)
    neighbours.fill(model.embed_positions)
    neighbours.fill(model.embed_positions2)
    neighbours.prepare(model.layers, step=4)
    with torch.no_grad():
        # Frames of about unit size, silence too, of which the positions are a small part that only queries and keys enlarge.
        model.conv1.weight *= 3
        model.conv2.weight *= 6
        nn.init.uniform_(model.conv2.bias, -1, 1)
    neighbours.keep_clear(model.conv2)
    return model
