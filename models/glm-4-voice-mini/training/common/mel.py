"""Both spectrograms of the architecture: what the tokenizer hears and what the flow draws.

The tokenizer's is openai/whisper's (large-v3: 128 bins), the flow's is HiFi-GAN's as CosyVoice has it (80 bins).
"""

import numpy as np
import torch
import torch.nn.functional as F

RATE = 16_000
HOP = 160
BINS = 128
VOCODER_RATE = 22_050
VOCODER_HOP = 256
VOCODER_BINS = 80


def mel_filters(rate: int, fft: int, bins: int, highest: float) -> torch.Tensor:
    """Slaney's triangular filters of unit area, float32 [bins, fft / 2 + 1] from 0 to `highest` hertz."""

    def to_mel(hertz: np.ndarray) -> np.ndarray:
        return np.where(hertz < 1000, hertz * 3 / 200, 15 + np.log(np.maximum(hertz, 1e-3) / 1000) * 27 / np.log(6.4))

    def to_hertz(mel: np.ndarray) -> np.ndarray:
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    frequencies = np.linspace(0, rate / 2, fft // 2 + 1)
    corners = to_hertz(np.linspace(0, to_mel(np.array(float(highest))), bins + 2))
    rising = (frequencies[None] - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    falling = (corners[2:, None] - frequencies[None]) / (corners[2:] - corners[1:-1])[:, None]
    filters = np.maximum(0, np.minimum(rising, falling)) * (2 / (corners[2:] - corners[:-2]))[:, None]
    return torch.from_numpy(filters.astype(np.float32))


_WINDOW = torch.hann_window(400)
_FILTERS = mel_filters(RATE, 400, BINS, 8000)
_VOCODER_WINDOW = torch.hann_window(1024)
_VOCODER_FILTERS = mel_filters(VOCODER_RATE, 1024, VOCODER_BINS, 8000)


def whisper_mel(samples: torch.Tensor) -> torch.Tensor:
    """Log-mel spectrogram of 16 kHz sound in [-1, 1].

    samples: float32 [..., samples], filled up with zeros to a multiple of 1,280 by the caller.
    Returns float32 [..., samples / 160, 128]; the floor of 80 dB is taken over each sound for itself.
    """
    flat = samples.reshape(-1, samples.shape[-1])
    spectrum = torch.stft(flat, 400, HOP, window=_WINDOW, center=True, pad_mode="reflect", return_complex=True)[..., :-1]
    mel = (_FILTERS @ (spectrum.real.square() + spectrum.imag.square())).clamp_min_(1e-10).log10_()
    mel = torch.maximum(mel, mel.amax(dim=(1, 2), keepdim=True) - 8)
    return ((mel + 4) / 4).transpose(1, 2).reshape(*samples.shape[:-1], -1, BINS)


def vocoder_mel(samples: torch.Tensor) -> torch.Tensor:
    """Log-mel spectrogram of 22.05 kHz sound in [-1, 1].

    samples: float32 [batch, samples]. Returns float32 [batch, 80, samples / 256].
    """
    pad = (1024 - VOCODER_HOP) // 2
    padded = F.pad(samples[:, None], (pad, pad), mode="reflect")[:, 0]
    spectrum = torch.stft(padded, 1024, VOCODER_HOP, window=_VOCODER_WINDOW, center=False, return_complex=True)
    magnitude = (spectrum.real.square() + spectrum.imag.square() + 1e-9).sqrt()
    return (_VOCODER_FILTERS @ magnitude).clamp_min(1e-5).log()
