"""The codes of sound, for the parts that train on them.

    model = SpeechTokenizer(checkpoint)
    model.codes(samples)     # float32 [samples] at 16 kHz in [-1, 1] -> int64 [samples / 1280, rounded up]
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from common.mel import whisper_mel
from common.wave import read_wave
from corpora.synthesis import to_rate
from tokenizer.batches import TOKEN_SAMPLES
from tokenizer.evaluate import load

SEGMENT_SAMPLES = 480_000


class SpeechTokenizer:
    """A trained tokenizer with weights rounded to 16 bits, as they are exported."""

    def __init__(self, path: Path) -> None:
        self.model, self.heads, _ = load(path)
        for parameter in self.model.parameters():
            parameter.data = parameter.data.half().float()

    @torch.no_grad()
    def codes(self, samples: np.ndarray) -> np.ndarray:
        """Segments of 30 s are heard each for itself, and all are filled up to the longest, as the official code does it."""
        found = []
        whole = min(SEGMENT_SAMPLES, -(-len(samples) // TOKEN_SAMPLES) * TOKEN_SAMPLES)
        for start in range(0, len(samples), SEGMENT_SAMPLES):
            segment = samples[start : start + SEGMENT_SAMPLES]
            mel = whisper_mel(torch.from_numpy(np.pad(segment, (0, whole - len(segment))))[None])
            codes, valid = self.model.codes(mel, torch.tensor([len(segment)]))
            found.append(codes[0, valid[0]].numpy())
        return np.concatenate(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Prints the codes of WAVE files.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("waves", type=Path, nargs="+")
    arguments = parser.parse_args()
    tokenizer = SpeechTokenizer(arguments.checkpoint)
    for path in arguments.waves:
        samples, rate = read_wave(path)
        print(*tokenizer.codes(to_rate(samples, rate).astype(np.float32) / 32768))


if __name__ == "__main__":
    main()
