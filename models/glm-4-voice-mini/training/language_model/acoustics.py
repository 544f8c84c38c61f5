"""What a microphone or a telephone makes of a voice, for measuring; the training's own rooms and noises are others."""

from __future__ import annotations

from typing import Optional

import numpy as np

from common.mel import RATE
from corpora.augment import telephone as through_telephone

SPEECH_DBFS = -26.0
QUIET_DBFS = -70.0


def through(samples: np.ndarray, source: np.random.Generator, noise_db: Optional[float] = None, telephone: bool = False) -> np.ndarray:
    """int16 speech at 16 kHz with silence around it, as a microphone passes it on.

    noise_db: how far pink noise is below the speech; a quiet room otherwise. telephone: through G.711.
    """
    speech = samples.astype(np.float64) / 32768
    speech *= 10 ** (SPEECH_DBFS / 20) / (np.sqrt(np.mean(speech**2)) + 1e-9)
    sound = np.concatenate((np.zeros(RATE * 3 // 10), speech, np.zeros(RATE * 4 // 10)))
    level = QUIET_DBFS if noise_db is None else SPEECH_DBFS - noise_db
    sound += 10 ** (level / 20) * pink_noise(len(sound), source)
    if telephone:
        sound = through_telephone(sound)
    return np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)


def pink_noise(count: int, source: np.random.Generator) -> np.ndarray:
    """Noise of equal power per octave, root mean square 1."""
    spectrum = np.fft.rfft(source.standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE)
    shaped = np.fft.irfft(spectrum / np.sqrt(np.maximum(frequencies, 50.0)), count)
    return shaped / np.sqrt(np.mean(shaped**2))
