"""Sound as WAVE files of 16 bits."""

import wave
from pathlib import Path
from typing import Union

import numpy as np


def read_wave(path: Union[str, Path]) -> tuple[np.ndarray, int]:
    """Reads the first channel: samples int16 [samples] and their rate in hertz."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path}: expected 16 bits a sample, found {8 * file.getsampwidth()}")
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return samples[:: file.getnchannels()].copy(), file.getframerate()


def write_wave(path: Union[str, Path], samples: np.ndarray, rate: int) -> None:
    """Writes one channel; float samples are in [-1, 1], int16 ones as they are."""
    if samples.dtype != np.int16:
        samples = np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
