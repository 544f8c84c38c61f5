"""What rooms, microphones and telephone lines do to speech. Everything is made here; no recording of noise is needed."""

import random
from dataclasses import dataclass, field

import numpy as np
import torch
from scipy.signal import fftconvolve

from common.mel import BINS, HOP, RATE, mel_filters

_WARPS = np.linspace(0.86, 1.16, 31)


def _coloured(source: np.random.Generator, samples: int, slope: float) -> np.ndarray:
    """Noise of unit power whose amplitude falls with frequency to the power `slope`."""
    spectrum = source.standard_normal(samples // 2 + 1) + 1j * source.standard_normal(samples // 2 + 1)
    noise = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 20 * samples / RATE) ** slope)
    return (noise / noise.std()).astype(np.float32)


def telephone(sound: np.ndarray) -> np.ndarray:
    """300 to 3,400 Hz and 8 bits of mu-law, as G.711 sends it. float32 [samples] in [-1, 1], 16 kHz, in and out."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum *= 1 / (1 + (np.maximum(hertz, 1) / 3500) ** 24) * (1 / (1 + (250 / np.maximum(hertz, 1)) ** 6))
    narrow = np.clip(np.fft.irfft(spectrum, len(sound)), -1, 1)
    squeezed = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    squeezed = np.round(squeezed * 127) / 127
    return (np.sign(squeezed) * np.expm1(np.abs(squeezed) * np.log(256)) / 255).astype(np.float32)


@dataclass
class Amounts:
    """How often and how much."""

    speed: tuple[float, float] = (0.88, 1.16)
    reverberation: float = 0.3
    noise: float = 0.6
    decibels: tuple[float, float] = (3.0, 32.0)
    telephone: float = 0.15


@dataclass
class Augmenter:
    """Draws from `random` alone, so that a restored random state repeats what it did."""

    amounts: Amounts = field(default_factory=Amounts)

    def __post_init__(self) -> None:
        source = np.random.default_rng(1)
        seconds = 40 * RATE
        self._noises = [_coloured(source, seconds, slope) for slope in (0.0, 0.5, 0.5, 1.0, 1.0, 1.5)]
        self._echoes = [self._room(source) for _ in range(60)]
        self._babble: np.ndarray = self._noises[1]

    @staticmethod
    def _room(source: np.random.Generator) -> np.ndarray:
        """An impulse response: the direct sound and a tail that decays by 60 dB in 0.1 to 0.7 s."""
        seconds = source.uniform(0.1, 0.7)
        time = np.arange(int(seconds * RATE)) / RATE
        tail = source.standard_normal(len(time)) * 10 ** (-3 * time / seconds)
        tail[: int(source.uniform(0.002, 0.02) * RATE)] = 0
        tail *= 10 ** (-source.uniform(0, 12) / 20) / np.sqrt((tail**2).sum() + 1e-9)
        tail[0] = 1
        return tail.astype(np.float32)

    def take_babble(self, sounds: list[np.ndarray]) -> None:
        """Makes people talking in the background of int16 sounds."""
        seconds = 40 * RATE
        mixed = np.zeros(seconds, np.float32)
        for sound in sounds:
            voice = sound.astype(np.float32) / (sound.astype(np.float32).std() + 1)
            start = random.randrange(seconds)
            mixed += np.roll(np.resize(voice, seconds), start) if len(voice) > seconds else np.roll(np.pad(voice, (0, seconds - len(voice))), start)
        self._babble = mixed / mixed.std()

    def __call__(self, sound: np.ndarray) -> tuple[np.ndarray, float, int]:
        """int16 [samples] to float32 in [-1, 1]; how many times slower it became, and the samples of silence before it."""
        amounts = self.amounts
        slower = 1 / random.uniform(*amounts.speed)
        wave = sound.astype(np.float32) * (1 / 32768)
        wave = np.interp(np.arange(0, len(wave) - 1, 1 / slower), np.arange(len(wave)), wave).astype(np.float32)
        before, after = int(RATE * random.uniform(0, 0.3)), int(RATE * random.uniform(0, 0.35))
        wave = np.pad(wave, (before, after))
        power = float((wave**2).mean()) + 1e-9
        if random.random() < amounts.reverberation:
            wave = fftconvolve(wave, random.choice(self._echoes))[: len(wave)]
        if random.random() < amounts.noise:
            noise = self._babble if random.random() < 0.25 else random.choice(self._noises)
            start = random.randrange(len(noise) - len(wave)) if len(noise) > len(wave) else 0
            level = np.sqrt(power) * 10 ** (-random.uniform(*amounts.decibels) / 20)
            wave = wave + level * np.resize(noise[start : start + len(wave)], len(wave))
        peak = 10 ** (-random.uniform(0, 24) / 20)
        wave = wave * (peak / (np.abs(wave).max() + 1e-6))
        if random.random() < amounts.telephone:
            wave = telephone(wave)
        # The step of 16 bits, so that silence is never none.
        wave = wave + np.float32(1e-5) * self._noises[0][: len(wave)] if len(wave) <= len(self._noises[0]) else wave
        return wave.astype(np.float32), slower, before


_WINDOW = torch.hann_window(400)


def _warped_filters() -> torch.Tensor:
    """Filter banks whose frequencies are stretched, as throats of other lengths do: [warps, bins, 201]."""
    plain = mel_filters(RATE, 400, BINS, 8000).numpy()
    axis = np.arange(201)
    banks = []
    for warp in _WARPS:
        # Linear up to 4.8 kHz, then to the same end, as in vocal tract length perturbation (Jaitly and Hinton 2013).
        knee = 120 * min(1, 1 / warp)
        where = np.where(axis < knee, axis * warp, 200 - (200 - knee * warp) / (200 - knee) * (200 - axis))
        banks.append(np.stack([np.interp(where, axis, row) for row in plain]))
    return torch.from_numpy(np.stack(banks).astype(np.float32))


_FILTERS = _warped_filters()
_BENDS = torch.cos(torch.arange(BINS)[None] * torch.arange(1, 6)[:, None] * np.pi / BINS)


def augmented_mel(sounds: torch.Tensor, samples: torch.Tensor) -> torch.Tensor:
    """`common.mel.whisper_mel` of throats of other lengths and microphones of other colours, with bands left out now and then.

    sounds: float32 [batch, samples] at 16 kHz; samples: int64 [batch], how long each is. Returns [batch, frames, 128].
    """
    batch = len(sounds)
    spectrum = torch.stft(sounds, 400, HOP, window=_WINDOW, center=True, pad_mode="reflect", return_complex=True)[..., :-1]
    power = spectrum.real.square() + spectrum.imag.square()
    warps = torch.tensor([min(max(round(random.gauss(len(_WARPS) // 2, 6)), 0), len(_WARPS) - 1) for _ in range(batch)])
    mel = torch.bmm(_FILTERS[warps], power).clamp_min_(1e-10).log10_()
    colour = torch.tensor([[random.gauss(0, 0.18) for _ in range(5)] for _ in range(batch)]) @ _BENDS
    mel += colour[:, :, None]
    mel = torch.maximum(mel, mel.amax(dim=(1, 2), keepdim=True) - 8)
    mel = (mel + 4) / 4
    for one in mel:
        if random.random() < 0.3:
            first, count = random.randrange(BINS - 16), random.randrange(4, 16)
            one[first : first + count] = one.mean()
    return mel.transpose(1, 2).contiguous()
