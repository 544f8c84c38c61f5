"""The flow of GLM-4-Voice's decoder, under the published names: speech tokens to a mel spectrogram.

A block-causal transformer encodes the tokens, a length regulator stretches them to frames, and a conditional U-net estimates the
velocity from noise to spectrogram (Lipman and others 2023). Names, order of operators and constants are those of CosyVoice and
Matcha-TTS as GLM-4-Voice uses them.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

SIGMA = 1e-6
GROUPS = 8


@dataclass(frozen=True)
class FlowConfig:
    """The keys of `flow:` in the decoder's config.yaml."""

    vocab_size: int = 512
    output_size: int = 80
    spk_embed_dim: int = 192
    encoder_size: int = 192
    attention_heads: int = 4
    linear_units: int = 768
    num_blocks: int = 4
    block_size: int = 10
    regulator_layers: int = 4
    channels: tuple[int, ...] = (192, 192)
    attention_head_dim: int = 48
    n_blocks: int = 1
    num_mid_blocks: int = 1
    num_heads: int = 4
    inference_cfg_rate: float = 0.7

    @property
    def estimator_input(self) -> int:
        """Noisy mel, its mean, the speaker and the prompt, side by side."""
        return 4 * self.output_size


def gelu(x: torch.Tensor) -> torch.Tensor:
    """The exact GELU in plain operators: oneDNN's own is wrong for gradients that are not contiguous."""
    return 0.5 * x * (1 + torch.erf(x * math.sqrt(0.5)))


class LayerNorm(nn.LayerNorm):
    """Computed in single precision, whatever the rows come in."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return super().forward(rows.float())


class Embed(nn.Module):
    """Holds the input layer under its published name."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.out = nn.Sequential(nn.Linear(inputs, outputs), LayerNorm(outputs, eps=1e-5))


class RelativeAttention(nn.Module):
    """Self-attention with relative positions (Dai and others 2019). Rows [batch, tokens, size]."""

    def __init__(self, size: int, heads: int):
        super().__init__()
        self.heads, self.head_size = heads, size // heads
        self.linear_q = nn.Linear(size, size)
        self.linear_k = nn.Linear(size, size)
        self.linear_v = nn.Linear(size, size)
        self.linear_out = nn.Linear(size, size)
        self.linear_pos = nn.Linear(size, size, bias=False)
        self.pos_bias_u = nn.Parameter(torch.empty(heads, self.head_size))
        self.pos_bias_v = nn.Parameter(torch.empty(heads, self.head_size))
        nn.init.xavier_uniform_(self.pos_bias_u)
        nn.init.xavier_uniform_(self.pos_bias_v)

    def forward(self, rows: torch.Tensor, positions: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
        """Positions [2 * tokens - 1, size], from the most distant past's key to the most distant future's; allowed [tokens, tokens]."""
        batch, tokens, size = rows.shape

        def split(x: torch.Tensor) -> torch.Tensor:
            return x.reshape(x.shape[0], -1, self.heads, self.head_size).transpose(1, 2)

        query, key, value = split(self.linear_q(rows)), split(self.linear_k(rows)), split(self.linear_v(rows))
        position = split(self.linear_pos(positions)[None])
        content = (query + self.pos_bias_u[:, None]) @ key.transpose(-2, -1)
        relative = (query + self.pos_bias_v[:, None]) @ position.transpose(-2, -1)
        # Row i begins at the position of the last token seen from i: (i, j) becomes (i, tokens - 1 - i + j).
        index = torch.arange(tokens)
        index = tokens - 1 - index[:, None] + index[None]
        relative = relative.gather(3, index.expand(batch, self.heads, -1, -1))
        scores = (content + relative) / math.sqrt(self.head_size)
        weights = scores.masked_fill(~allowed, -math.inf).softmax(-1)
        return self.linear_out((weights @ value).transpose(1, 2).reshape(batch, tokens, size))


class FeedForward(nn.Module):
    def __init__(self, size: int, wide: int):
        super().__init__()
        self.w_1 = nn.Linear(size, wide)
        self.w_2 = nn.Linear(wide, size)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.w_2(functional.silu(self.w_1(rows)))


class EncoderLayer(nn.Module):
    def __init__(self, config: FlowConfig):
        super().__init__()
        size = config.encoder_size
        self.self_attn = RelativeAttention(size, config.attention_heads)
        self.feed_forward = FeedForward(size, config.linear_units)
        self.norm_ff = LayerNorm(size, eps=1e-5)
        self.norm_mha = LayerNorm(size, eps=1e-5)

    def forward(self, rows: torch.Tensor, positions: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
        rows = rows + self.self_attn(self.norm_mha(rows), positions, allowed)
        return rows + self.feed_forward(self.norm_ff(rows))


class TokenEncoder(nn.Module):
    """A token attends to all before the end of its own block of `block_size`."""

    def __init__(self, config: FlowConfig):
        super().__init__()
        self.size, self.block = config.encoder_size, config.block_size
        self.embed = Embed(self.size, self.size)
        self.encoders = nn.ModuleList([EncoderLayer(config) for _ in range(config.num_blocks)])
        self.after_norm = LayerNorm(self.size, eps=1e-5)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        tokens = rows.shape[1]
        rows = self.embed.out(rows) * math.sqrt(self.size)
        positions, allowed = self.positions(tokens), self.allowed(tokens)
        for layer in self.encoders:
            rows = layer(rows, positions, allowed)
        return self.after_norm(rows)

    def positions(self, tokens: int) -> torch.Tensor:
        """Sines in the even and cosines in the odd columns, for the distances tokens - 1 ... -(tokens - 1)."""
        distance = torch.arange(tokens - 1, -tokens, -1.0)[:, None]
        angles = distance * torch.exp(torch.arange(0, self.size, 2) * -(math.log(10000.0) / self.size))
        return torch.stack([torch.sin(angles), torch.cos(angles)], dim=2).reshape(-1, self.size)

    def allowed(self, tokens: int) -> torch.Tensor:
        block = torch.arange(tokens) // self.block
        return block[None] <= block[:, None]


class Convolution(nn.Conv1d):
    """A convolution of three frames over rows [batch, frames, channels], as a product over rows that hold each frame's neighbours."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__(inputs, outputs, 3, stride, 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        padded, step, count = functional.pad(rows, (0, 0, 1, 1)), self.stride[0], rows.shape[1]
        taps = torch.cat([padded[:, tap:tap + count:step] for tap in range(3)], dim=2)
        return functional.linear(taps, self.weight.permute(0, 2, 1).reshape(self.out_channels, -1), self.bias)


class Pointwise(nn.Conv1d):
    """A linear layer over rows, stored as a convolution of one frame."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return functional.linear(rows, self.weight[:, :, 0], self.bias)


class TimeNorm(nn.GroupNorm):
    """Group normalisation of rows [batch, frames, channels] over the time and the channels of a group."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        batch, frames, size = rows.shape
        grouped = rows.float().reshape(batch, frames, self.num_groups, -1)
        variance, mean = torch.var_mean(grouped, dim=(1, 3), unbiased=False, keepdim=True)
        return ((grouped - mean) * torch.rsqrt(variance + self.eps)).reshape(batch, frames, size) * self.weight + self.bias


class LengthRegulator(nn.Module):
    """Smooths tokens that were stretched to frames. Rows [batch, frames, bins]."""

    def __init__(self, bins: int, layers: int):
        super().__init__()
        modules: list[nn.Module] = []
        for _ in range(layers):
            modules += [Convolution(bins, bins), TimeNorm(1, bins), nn.Mish()]
        self.model = nn.Sequential(*modules, Pointwise(bins, bins))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.model(rows)


class Block1D(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.block = nn.Sequential(Convolution(inputs, outputs), TimeNorm(GROUPS, outputs), nn.Mish())

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.block(rows)


class ResnetBlock1D(nn.Module):
    def __init__(self, inputs: int, outputs: int, time_size: int):
        super().__init__()
        self.mlp = nn.Sequential(nn.Mish(), nn.Linear(time_size, outputs))
        self.block1 = Block1D(inputs, outputs)
        self.block2 = Block1D(outputs, outputs)
        self.res_conv = Pointwise(inputs, outputs)

    def forward(self, rows: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        inner = self.block1(rows) + self.mlp(time)[:, None]
        return self.block2(inner) + self.res_conv(rows)


class Attention(nn.Module):
    def __init__(self, size: int, heads: int, head_size: int):
        super().__init__()
        self.heads, self.head_size = heads, head_size
        inner = heads * head_size
        self.to_q = nn.Linear(size, inner, bias=False)
        self.to_k = nn.Linear(size, inner, bias=False)
        self.to_v = nn.Linear(size, inner, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(inner, size)])

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        batch, frames, _ = rows.shape

        def split(x: torch.Tensor) -> torch.Tensor:
            return x.reshape(batch, frames, self.heads, self.head_size).transpose(1, 2).reshape(-1, frames, self.head_size)

        query, key, value = split(self.to_q(rows)), split(self.to_k(rows)), split(self.to_v(rows))
        weights = (query @ key.transpose(1, 2) * self.head_size**-0.5).softmax(-1)
        mixed = (weights @ value).reshape(batch, self.heads, frames, -1).transpose(1, 2).reshape(batch, frames, -1)
        return self.to_out[0](mixed)


class GeluProjection(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.proj = nn.Linear(inputs, outputs)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return gelu(self.proj(rows))


class Wide(nn.Module):
    """The feed-forward layer; the middle of its three modules is a dropout that this model does without."""

    def __init__(self, size: int):
        super().__init__()
        self.net = nn.ModuleList([GeluProjection(size, 4 * size), nn.Identity(), nn.Linear(4 * size, size)])

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.net[2](self.net[0](rows))


class TransformerBlock(nn.Module):
    def __init__(self, size: int, config: FlowConfig):
        super().__init__()
        self.norm1 = LayerNorm(size, eps=1e-5)
        self.attn1 = Attention(size, config.num_heads, config.attention_head_dim)
        self.norm3 = LayerNorm(size, eps=1e-5)
        self.ff = Wide(size)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        rows = rows + self.attn1(self.norm1(rows))
        return rows + self.ff(self.norm3(rows))


class Downsample1D(nn.Module):
    def __init__(self, size: int):
        super().__init__()
        self.conv = Convolution(size, size, stride=2)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.conv(rows)


class TransposedConvolution(nn.ConvTranspose1d):
    """Twice as many rows. Row 2j sees rows j - 1 (tap 3) and j (tap 1); row 2j + 1 sees rows j (tap 2) and j + 1 (tap 0)."""

    def __init__(self, size: int):
        super().__init__(size, size, 4, 2, 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        batch, frames, size = rows.shape
        padded = functional.pad(rows, (0, 0, 1, 1))
        taps = torch.cat([padded[:, :-2], rows, padded[:, 2:]], dim=2)
        zero = torch.zeros_like(self.weight[:, :, 0])
        before, same, after = ((self.weight[:, :, 3], zero), (self.weight[:, :, 1], self.weight[:, :, 2]), (zero, self.weight[:, :, 0]))
        weight = torch.cat([torch.cat(part, dim=1) for part in (before, same, after)])
        pairs = functional.linear(taps, weight.T, self.bias.repeat(2))
        return pairs.reshape(batch, 2 * frames, size)


class Upsample1D(nn.Module):
    def __init__(self, size: int):
        super().__init__()
        self.conv = TransposedConvolution(size)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.conv(rows)


class TimeEmbedding(nn.Module):
    def __init__(self, inputs: int, size: int):
        super().__init__()
        self.inputs = inputs
        self.linear_1 = nn.Linear(inputs, size)
        self.linear_2 = nn.Linear(size, size)

    def forward(self, time: torch.Tensor) -> torch.Tensor:
        half = self.inputs // 2
        frequencies = torch.exp(torch.arange(half) * -(math.log(10000.0) / (half - 1)))
        angles = 1000 * time[:, None] * frequencies
        embedded = torch.cat([angles.sin(), angles.cos()], dim=1)
        return self.linear_2(functional.silu(self.linear_1(embedded))).float()


class Estimator(nn.Module):
    """The velocity at a time, from rows [batch, frames, 4 * bins] to [batch, frames, bins]."""

    def __init__(self, config: FlowConfig):
        super().__init__()
        channels = config.channels
        time_size = 4 * channels[0]
        self.time_mlp = TimeEmbedding(config.estimator_input, time_size)

        def block(inputs: int, outputs: int, after: nn.Module | None) -> nn.ModuleList:
            transformers = nn.ModuleList([TransformerBlock(outputs, config) for _ in range(config.n_blocks)])
            parts = [ResnetBlock1D(inputs, outputs, time_size), transformers]
            return nn.ModuleList(parts if after is None else [*parts, after])

        last = len(channels) - 1
        self.down_blocks = nn.ModuleList()
        self.mid_blocks = nn.ModuleList()
        self.up_blocks = nn.ModuleList()
        for i, width in enumerate(channels):
            after = Downsample1D(width) if i < last else Convolution(width, width)
            self.down_blocks.append(block(config.estimator_input if i == 0 else channels[i - 1], width, after))
        for _ in range(config.num_mid_blocks):
            self.mid_blocks.append(block(channels[-1], channels[-1], None))
        for i in range(len(channels)):
            width = channels[max(last - 1 - i, 0)]
            after = Upsample1D(width) if i < last else Convolution(width, width)
            self.up_blocks.append(block(2 * channels[last - i], width, after))
        self.final_block = Block1D(channels[0], channels[0])
        self.final_proj = Pointwise(channels[0], config.output_size)

    def forward(self, rows: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        time = self.time_mlp(time)

        def run(rows: torch.Tensor, parts: nn.ModuleList) -> torch.Tensor:
            rows = parts[0](rows, time)
            for transformer in parts[1]:
                rows = transformer(rows)
            return rows

        skips = []
        for parts in self.down_blocks:
            rows = run(rows, parts)
            skips.append(rows)
            rows = parts[2](rows)
        for parts in self.mid_blocks:
            rows = run(rows, parts)
        for parts in self.up_blocks:
            skip = skips.pop()
            rows = parts[2](run(torch.cat([rows[:, :skip.shape[1]], skip], dim=2), parts))
        return self.final_proj(self.final_block(rows))


class Decoder(nn.Module):
    """Holds the estimator under its published name."""

    def __init__(self, config: FlowConfig):
        super().__init__()
        self.estimator = Estimator(config)


def cosine_times(steps: int) -> list[float]:
    """The ends of the steps: short ones first."""
    return [1 - math.cos(step / steps * math.pi / 2) for step in range(steps + 1)]


class Flow(nn.Module):
    """Tokens to mel. The state dict has the published names."""

    def __init__(self, config: FlowConfig):
        super().__init__()
        self.config = config
        self.input_embedding = nn.Embedding(config.vocab_size, config.encoder_size)
        self.spk_embed_affine_layer = nn.Linear(config.spk_embed_dim, config.output_size)
        self.encoder = TokenEncoder(config)
        self.encoder_proj = nn.Linear(config.encoder_size, config.output_size)
        self.decoder = Decoder(config)
        self.length_regulator = LengthRegulator(config.output_size, config.regulator_layers)

    def mean(self, tokens: torch.Tensor, token_of_frame: torch.Tensor) -> torch.Tensor:
        """Tokens [batch, tokens] and their index for each frame [batch, frames] to the mean [batch, frames, bins]."""
        hidden = self.encoder_proj(self.encoder(self.input_embedding(tokens)))
        return self.length_regulator(hidden.gather(1, token_of_frame[:, :, None].expand(-1, -1, hidden.shape[2])))

    def velocity(self, noisy: torch.Tensor, mean: torch.Tensor, prompt: torch.Tensor, time: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        """Mels [batch, frames, bins]; time and given [batch], where given 0 hides mean, speaker and prompt."""
        # One voice: the published decoder is given a speaker of zeros, of which the bias remains.
        speaker = self.spk_embed_affine_layer.bias.expand_as(mean)
        conditions = torch.cat([mean, speaker, prompt], dim=2) * given[:, None, None]
        return self.decoder.estimator(torch.cat([noisy, conditions], dim=2), time)

    @torch.no_grad()
    def forward(self, tokens: torch.Tensor, token_of_frame: torch.Tensor, noise: torch.Tensor, prompt: torch.Tensor | None = None,
                steps: int = 10, guidance: float | None = None) -> torch.Tensor:
        """Tokens [1, tokens], noise and prompt [1, frames, bins] (zeros where the mel is not known) to mel [1, frames, bins]."""
        guidance = self.config.inference_cfg_rate if guidance is None else guidance
        mean = self.mean(tokens, token_of_frame)
        prompt = torch.zeros_like(mean) if prompt is None else prompt
        both = torch.tensor([1.0, 0.0])
        x = noise
        times = cosine_times(steps)
        for now, then in zip(times, times[1:]):
            time = torch.full((2,), now)
            given, hidden = self.velocity(x.expand(2, -1, -1), mean.expand(2, -1, -1), prompt.expand(2, -1, -1), time, both).chunk(2)
            x = x + (then - now) * ((1 + guidance) * given - guidance * hidden)
        return x
