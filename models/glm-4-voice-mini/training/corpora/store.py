"""Utterances on disk: sound as one array of 16 bits, and a line of JSON each."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np


@dataclass
class Utterance:
    """What a store knows of one. phones: [index of `PHONES`, end in milliseconds], or None where nobody told (a real person)."""

    store: "Store"
    start: int
    length: int
    text: str
    voice: str
    phones: Optional[list[list[int]]]

    @property
    def samples(self) -> np.ndarray:
        """int16 [length] at 16 kHz, memory-mapped."""
        return self.store.sound[self.start : self.start + self.length]


class Store:
    """Reads a folder that `StoreWriter` wrote, or is still writing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sound = np.memmap(folder / "samples.i16", dtype=np.int16, mode="r")
        self.utterances: list[Utterance] = []
        with open(folder / "index.jsonl") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    break
                entry = json.loads(line)
                if entry["start"] + entry["length"] <= len(self.sound):
                    self.utterances.append(Utterance(self, **entry))

    @property
    def hours(self) -> float:
        return sum(utterance.length for utterance in self.utterances) / 16_000 / 3600


class StoreWriter:
    """Appends to a folder; what was written before an interruption stays."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._sound = open(folder / "samples.i16", "ab")
        self.samples = self._sound.tell() // 2
        self._sound.truncate(2 * self.samples)
        self._index = open(folder / "index.jsonl", "ab+")
        self._index.truncate(self._whole())

    def _whole(self) -> int:
        """Bytes of the index whose lines are whole and whose sound is there: an interruption may have cut either."""
        self._index.seek(0)
        whole = 0
        for line in self._index:
            entry = json.loads(line) if line.endswith(b"\n") else None
            if entry is None or entry["start"] + entry["length"] > self.samples:
                break
            whole += len(line)
        return whole

    def add(self, samples: np.ndarray, text: str, voice: str, phones: Optional[list] = None) -> None:
        """samples: int16 [samples] at 16 kHz."""
        self._sound.write(samples.astype("<i2").tobytes())
        entry = {"start": self.samples, "length": len(samples), "text": text, "voice": voice, "phones": phones}
        self._index.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
        self.samples += len(samples)

    def flush(self) -> None:
        self._sound.flush()
        self._index.flush()

    def close(self) -> None:
        self._sound.close()
        self._index.close()
