"""Attention that begins by looking at neighbours, instead of having to find out what a position is.

Learned from nothing, absolute positions make a transformer slow to use its neighbours, which is where speech is. Here the
first channels hold sinusoids of ten periods and their negatives, which no layer may write to; queries and keys read the
differences (the mean that a norm takes away does not move them), so that the score of a pair is a bump over its distance:
one head looks around itself, one back, one ahead, one far. All of it is weights: the graph is the published one. The table
of positions is not trained, so that any stretch of it is as any other.

The channels are kept clear because norms enlarge them: what a layer would write there made attention sharp and training
unstable within minutes.
"""

import math

import torch
from torch import Tensor, nn

AMPLITUDE = 0.1
PEAK = 6.0
PERIODS = 10


class Neighbours:
    """Initial weights for a width and a number of heads."""

    def __init__(self, width: int, heads: int) -> None:
        self._size = width // heads
        self._count = min(PERIODS, self._size // 4)
        self._channels = 4 * self._count
        self._periods = torch.logspace(math.log10(4), math.log10(300), self._count)

    @torch.no_grad()
    def fill(self, table: nn.Embedding) -> None:
        """Writes a table of positions and leaves it out of training."""
        angles = torch.arange(len(table.weight))[:, None] * (2 * math.pi / self._periods)[None]
        waves = AMPLITUDE * torch.cat([angles.sin(), angles.cos()], dim=1)
        table.weight.zero_()
        table.weight[:, : self._channels] = torch.cat([waves, -waves], dim=1)
        table.weight.requires_grad_(False)

    @torch.no_grad()
    def keep_clear(self, module: nn.Module) -> None:
        """Keeps a module from writing where the positions are, in training too."""
        for parameter in (module.weight, module.bias):
            parameter[: self._channels] = 0
            kept = torch.ones_like(parameter)
            kept[: self._channels] = 0
            parameter.register_hook(lambda gradient, kept=kept: gradient * kept)

    @torch.no_grad()
    def prepare(self, layers: nn.ModuleList, step: float) -> None:
        """Begins transformer layers whose heads look around themselves, `step` positions back, `step` ahead, and far."""
        for layer in layers:
            attention = layer.self_attn
            for linear, gain in ((attention.q_proj, 0.5), (attention.k_proj, 0.5), (attention.v_proj, 1.0), (attention.out_proj, 0.4), (layer.fc1, 1.0), (layer.fc2, 0.4)):
                nn.init.xavier_uniform_(linear.weight, gain)
                if linear.bias is not None:
                    nn.init.zeros_(linear.bias)
            layer.self_attn_layer_norm.weight[: self._channels] = 1 / AMPLITUDE
            self.keep_clear(layer.fc2)
            self.keep_clear(attention.out_proj)
            for projection in (attention.q_proj, attention.k_proj, attention.v_proj):
                projection.weight[:, : self._channels] = 0
            for head, (offset, spread) in enumerate(((0.0, 0.4 * step), (-step, 0.5 * step), (step, 0.5 * step), (0.0, 6.0 * step))):
                self._look(attention, head, offset, spread)

    def _look(self, attention: nn.Module, head: int, offset: float, spread: float) -> None:
        strength = torch.exp(-((spread * 2 * math.pi / self._periods) ** 2) / 2)
        strength = (strength * PEAK * math.sqrt(self._size) / strength.sum()).sqrt()
        angle = offset * 2 * math.pi / self._periods
        rows = head * self._size + torch.arange(self._count)
        nothing = torch.zeros(self._count)
        # Sine and cosine of the query's own angle and the offset's together; of the key's own.
        self._read(attention.q_proj.weight, rows, strength * angle.cos(), strength * angle.sin())
        self._read(attention.q_proj.weight, rows + self._count, -strength * angle.sin(), strength * angle.cos())
        self._read(attention.k_proj.weight, rows, strength, nothing)
        self._read(attention.k_proj.weight, rows + self._count, nothing, strength)

    def _read(self, projection: Tensor, rows: Tensor, sine: Tensor, cosine: Tensor) -> None:
        index = torch.arange(self._count)
        projection[rows] = 0
        for wave, weight in ((0, sine), (self._count, cosine)):
            projection[rows, wave + index] = weight / 2
            projection[rows, 2 * self._count + wave + index] = -weight / 2
