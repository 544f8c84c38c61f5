"""HiFT, the vocoder of GLM-4-Voice's decoder, under the published names.

A neural source filter (Wang, Takaki and Yamagishi 2019) whose last layer is an inverse Fourier transform (Li and others 2023).
The names, the order of the operators and the constants are those of CosyVoice's HiFTGenerator.
"""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import weight_norm


@dataclass(frozen=True)
class HiftConfig:
    """The keys of `hift:` in the decoder's config.yaml."""

    in_channels: int = 80
    base_channels: int = 128
    nb_harmonics: int = 8
    sampling_rate: int = 22_050
    nsf_alpha: float = 0.1
    nsf_sigma: float = 0.003
    nsf_voiced_threshold: float = 10
    upsample_rates: tuple[int, ...] = (8, 8)
    upsample_kernel_sizes: tuple[int, ...] = (16, 16)
    n_fft: int = 16
    hop_len: int = 4
    resblock_kernel_sizes: tuple[int, ...] = (3, 7, 11)
    source_resblock_kernel_sizes: tuple[int, ...] = (7, 11)
    dilations: tuple[int, ...] = (1, 3, 5)
    lrelu_slope: float = 0.1
    audio_limit: float = 0.99
    f0_channels: int = 128

    @property
    def hop(self) -> int:
        """Samples per mel frame."""
        return math.prod(self.upsample_rates) * self.hop_len


class SnakeFunction(torch.autograd.Function):
    """x + sin²(αx) / α, one sine in each direction."""

    @staticmethod
    def forward(context, x, alpha):
        y = torch.sin(x * alpha).square_().div_(alpha + 1e-9).add_(x)
        context.save_for_backward(x, alpha, y)
        return y

    @staticmethod
    def backward(context, gradient):
        x, alpha, y = context.saved_tensors
        sine = torch.sin(x * (2 * alpha))
        for_alpha = None
        if context.needs_input_grad[1]:
            # y - x is sin²(αx) / α.
            for_alpha = ((x * sine).add_(x).sub_(y).mul_(gradient)).sum((0, 2), keepdim=True) / alpha
        return sine.add_(1).mul_(gradient), for_alpha


class Snake(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return SnakeFunction.apply(x, self.alpha[None, :, None])


class ResBlock(nn.Module):
    """Pairs of a dilated and a plain convolution, each pair with a way around it. [batch, channels, time]."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...]):
        super().__init__()

        def convolution(dilation: int) -> nn.Module:
            layer = nn.Conv1d(channels, channels, kernel, dilation=dilation, padding=(kernel - 1) // 2 * dilation)
            nn.init.normal_(layer.weight, 0, 0.5 / math.sqrt(channels * kernel))
            return weight_norm(layer)

        self.convs1 = nn.ModuleList([convolution(dilation) for dilation in dilations])
        self.convs2 = nn.ModuleList([convolution(1) for _ in dilations])
        self.activations1 = nn.ModuleList([Snake(channels) for _ in dilations])
        self.activations2 = nn.ModuleList([Snake(channels) for _ in dilations])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for first, second, before, between in zip(self.convs1, self.convs2, self.activations1, self.activations2):
            x = x + second(between(first(before(x))))
        return x


class FundamentalPredictor(nn.Module):
    """Mel [batch, bins, frames] to hertz [batch, frames]; small values mean no voice."""

    def __init__(self, bins: int, channels: int):
        super().__init__()
        layers: list[nn.Module] = []
        for index in range(5):
            layers += [weight_norm(nn.Conv1d(bins if index == 0 else channels, channels, 3, padding=1)), nn.ELU()]
        self.condnet = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, 1)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.condnet(mel).transpose(1, 2)).squeeze(-1).abs()


class SineSource(nn.Module):
    """The fundamental and its overtones, merged by a learnt weight into one excitation."""

    def __init__(self, config: HiftConfig):
        super().__init__()
        self.config = config
        self.l_linear = nn.Linear(config.nb_harmonics + 1, 1)

    def sines(self, hertz: torch.Tensor, phases: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Hertz [batch, samples] and phases [batch, sines] to sines [batch, sines, samples] and the level of each one's noise [batch, 1, samples]."""
        config = self.config
        harmonics = torch.arange(1, config.nb_harmonics + 2)[:, None]
        cycles = (torch.cumsum(hertz.double() / config.sampling_rate, dim=1) % 1).float()[:, None]
        voiced = (hertz > config.nsf_voiced_threshold).float()[:, None]
        sines = (cycles * (2 * math.pi * harmonics)).add_(phases[..., None]).sin_().mul_(config.nsf_alpha * voiced)
        return sines, voiced * config.nsf_sigma + (1 - voiced) * config.nsf_alpha / 3

    def forward(self, hertz: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Hertz [batch, frames] to a source [batch, 1, samples], with phases and noise drawn anew."""
        phases = (torch.rand(len(hertz), self.config.nb_harmonics + 1, generator=generator) * 2 - 1) * math.pi
        phases[:, 0] = 0
        sines, level = self.sines(hertz.repeat_interleave(self.config.hop, dim=1), phases)
        # Each sine has noise of its own; what they add up to is drawn at once.
        noise = torch.randn(level.shape, generator=generator) * level * self.l_linear.weight.norm()
        return torch.tanh(self.l_linear.weight @ sines + self.l_linear.bias + noise)


class Hift(nn.Module):
    """Mel to waveform. The state dict has the published names."""

    def __init__(self, config: HiftConfig):
        super().__init__()
        self.config = config
        stages = len(config.upsample_rates)
        channels = [config.base_channels >> stage for stage in range(stages + 1)]
        spectrum = config.n_fft + 2
        self.m_source = SineSource(config)
        self.conv_pre = weight_norm(nn.Conv1d(config.in_channels, channels[0], 7, padding=3))
        self.ups = nn.ModuleList()
        self.source_downs = nn.ModuleList()
        self.source_resblocks = nn.ModuleList()
        self.resblocks = nn.ModuleList()
        for stage, (rate, kernel) in enumerate(zip(config.upsample_rates, config.upsample_kernel_sizes)):
            self.ups.append(weight_norm(nn.ConvTranspose1d(channels[stage], channels[stage + 1], kernel, rate, (kernel - rate) // 2)))
            down = math.prod(config.upsample_rates[stage + 1:])
            self.source_downs.append(
                nn.Conv1d(spectrum, channels[stage + 1], 1) if down == 1
                else nn.Conv1d(spectrum, channels[stage + 1], 2 * down, down, padding=down // 2))
            self.source_resblocks.append(ResBlock(channels[stage + 1], config.source_resblock_kernel_sizes[stage], config.dilations))
            for size in config.resblock_kernel_sizes:
                self.resblocks.append(ResBlock(channels[stage + 1], size, config.dilations))
        post = nn.Conv1d(channels[-1], spectrum, 7, padding=3)
        # Magnitudes are exponentials; training begins near silence.
        nn.init.constant_(post.bias[: config.n_fft // 2 + 1].data, -4.0)
        self.conv_post = weight_norm(post)
        self.f0_predictor = FundamentalPredictor(config.in_channels, config.f0_channels)
        self.register_buffer("window", torch.hann_window(config.n_fft), persistent=False)

    def decode(self, mel: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        """Mel [batch, bins, frames] and source [batch, 1, frames * hop] to samples [batch, frames * hop]."""
        config = self.config
        spectrum = torch.stft(source[:, 0], config.n_fft, config.hop_len, window=self.window, return_complex=True)
        spectrum = torch.cat([spectrum.real, spectrum.imag], dim=1)
        blocks = len(config.resblock_kernel_sizes)
        x = self.conv_pre(mel)
        for stage, up in enumerate(self.ups):
            x = up(functional.leaky_relu(x, config.lrelu_slope))
            if stage == len(self.ups) - 1:
                x = functional.pad(x, (1, 0), mode="reflect")
            x = x + self.source_resblocks[stage](self.source_downs[stage](spectrum))
            x = sum(block(x) for block in self.resblocks[stage * blocks:(stage + 1) * blocks]) / blocks
        x = self.conv_post(functional.leaky_relu(x, 0.01))
        bins = config.n_fft // 2 + 1
        magnitude = torch.exp(x[:, :bins]).clamp(max=100)
        phase = torch.sin(x[:, bins:])
        complex_spectrum = torch.complex(magnitude * torch.cos(phase), magnitude * torch.sin(phase))
        wave = torch.istft(complex_spectrum, config.n_fft, config.hop_len, window=self.window)
        return wave.clamp(-config.audio_limit, config.audio_limit)

    @torch.no_grad()
    def forward(self, mel: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
        """Voices a mel spectrogram with the fundamental that it predicts."""
        return self.decode(mel, self.m_source(self.f0_predictor(mel), generator))
