"""The mel spectrogram between flow and vocoder: 80 bins of 22.05 kHz speech, one frame per 256 samples."""

import numpy as np
import torch

SAMPLE_RATE = 22_050
FFT_LENGTH = 1024
HOP = 256
BINS = 80
HIGHEST_HERTZ = 8000.0
SMALLEST = 1e-5


def slaney_mel(hertz: np.ndarray) -> np.ndarray:
    """Slaney's mel scale: linear below 1 kHz, logarithmic above."""
    hertz = np.asarray(hertz, dtype=np.float64)
    return np.where(hertz < 1000, hertz * 3 / 200, 15 + np.log(np.maximum(hertz, 1) / 1000) * 27 / np.log(6.4))


def slaney_hertz(mel: np.ndarray) -> np.ndarray:
    mel = np.asarray(mel, dtype=np.float64)
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def mel_filters(sample_rate: int = SAMPLE_RATE, fft_length: int = FFT_LENGTH, bins: int = BINS, highest: float = HIGHEST_HERTZ) -> torch.Tensor:
    """Triangles of equal area, shape [bins, fft_length / 2 + 1]."""
    edges = slaney_hertz(np.linspace(0, slaney_mel(highest), bins + 2))
    frequencies = np.linspace(0, sample_rate / 2, fft_length // 2 + 1)
    rising = (frequencies - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequencies) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return torch.from_numpy(triangles.astype(np.float32))


class MelSpectrogram(torch.nn.Module):
    """Log-mel as the published decoder was trained on: magnitudes, natural logarithm, floor 1e-5, no centring."""

    def __init__(self):
        super().__init__()
        self.register_buffer("filters", mel_filters(), persistent=False)
        self.register_buffer("window", torch.hann_window(FFT_LENGTH), persistent=False)

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """[batch, frames * 256] samples in [-1, 1] to [batch, 80, frames]."""
        padding = (FFT_LENGTH - HOP) // 2
        padded = torch.nn.functional.pad(samples[:, None], (padding, padding), mode="reflect")[:, 0]
        spectrum = torch.stft(padded, FFT_LENGTH, HOP, window=self.window, center=False, return_complex=True)
        magnitude = torch.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-9)
        return torch.log(torch.clamp(self.filters @ magnitude, min=SMALLEST))
