"""Mel spectrogram and fundamental of every utterance of a voice store, computed once."""

from pathlib import Path

import numpy as np
import torch

from common.mel import VOCODER_BINS as BINS
from common.mel import VOCODER_HOP as HOP
from common.mel import vocoder_mel
from decoder import pitch
from decoder.voice import VOICE_RATE, VoiceStore


def compute(store: VoiceStore) -> None:
    """Writes `mel.f16` [frames, 80], `hertz.f32` [frames] and `frames.npy`, the first frame of each utterance and, last, the end."""
    starts = [0]
    with open(store.folder / "mel.f16", "wb") as mels, open(store.folder / "hertz.f32", "wb") as pitches:
        for utterance in range(len(store.index)):
            samples = store.samples(utterance)
            samples = samples[: len(samples) // HOP * HOP]
            mel = vocoder_mel(torch.from_numpy(samples)[None])[0].T
            hertz = pitch.track(samples, VOICE_RATE, HOP)
            mels.write(mel.numpy().astype(np.float16).tobytes())
            pitches.write(hertz.tobytes())
            starts.append(starts[-1] + len(hertz))
    np.save(store.folder / "frames.npy", np.array(starts))


class Features:
    """What `compute` wrote, memory-mapped."""

    def __init__(self, folder: Path):
        self.starts = np.load(folder / "frames.npy")
        self._mel = np.memmap(folder / "mel.f16", dtype=np.float16, mode="r").reshape(-1, BINS)
        self._hertz = np.memmap(folder / "hertz.f32", dtype=np.float32, mode="r")

    def frames(self, utterance: int) -> int:
        return int(self.starts[utterance + 1] - self.starts[utterance])

    def mel(self, utterance: int) -> np.ndarray:
        """[frames, 80]."""
        return self._mel[self.starts[utterance]:self.starts[utterance + 1]].astype(np.float32)

    def hertz(self, utterance: int) -> np.ndarray:
        """[frames]; 0 where there is no voice."""
        return np.array(self._hertz[self.starts[utterance]:self.starts[utterance + 1]])
