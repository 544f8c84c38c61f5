"""Batches of augmented speech of about one length, with the phone of every frame and the letters of every utterance."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

import numpy as np
import torch
from torch import Tensor

from common.mel import whisper_mel
from corpora.augment import Augmenter, augmented_mel
from corpora.phones import SILENCE, UNKNOWN
from corpora.store import Store, Utterance
from tokenizer.reader import letters_of

TOKEN_SAMPLES = 1280
FRAME_MILLISECONDS = 20
LONGEST_SECONDS = 11.0


@dataclass
class Batch:
    """mel: [batch, frames, 128]; samples: int64 [batch]; phones: int64 [batch, frames / 2]; texts: letters of each."""

    mel: Tensor
    samples: Tensor
    phones: Tensor
    texts: list[list[int]]

    @property
    def seconds(self) -> float:
        return float(self.samples.sum()) / 16_000


def frame_phones(utterance: Utterance, frames: int, samples: int, slower: float, before: int) -> np.ndarray:
    """The phone in the middle of each 20 ms, int64 [frames]; silence around the utterance, unknown past the end of the sound."""
    labels = np.full(frames, UNKNOWN)
    if utterance.phones is None:
        return labels
    phones, ends = np.array(utterance.phones).T
    times = (np.arange(-(-samples // 320)) + 0.5) * FRAME_MILLISECONDS - before / 16
    places = np.searchsorted(ends * slower, times, side="right")
    inside = (times >= 0) & (places < len(phones))
    labels[: len(times)] = np.where(inside, phones[np.minimum(places, len(phones) - 1)], SILENCE)
    return labels


def _padded(sounds: list[np.ndarray]) -> tuple[Tensor, Tensor]:
    lengths = torch.tensor([len(sound) for sound in sounds])
    padded = torch.zeros(len(sounds), -(-int(lengths.max()) // TOKEN_SAMPLES) * TOKEN_SAMPLES)
    for row, sound in zip(padded, sounds):
        row[: len(sound)] = torch.from_numpy(sound)
    return padded, lengths


def clean(utterances: list[Utterance], change: Optional[Callable[[np.ndarray], np.ndarray]] = None) -> Batch:
    """As they were spoken, or as a change of float32 samples in [-1, 1] makes them, for evaluation."""
    sounds = [utterance.samples.astype(np.float32) / 32768 for utterance in utterances]
    if change:
        sounds = [change(sound) for sound in sounds]
    padded, lengths = _padded(sounds)
    # Each spectrogram has a floor of its own, so each is made by itself.
    mel = torch.zeros(len(sounds), padded.shape[1] // 160, 128)
    for row, sound in zip(mel, sounds):
        whole = np.pad(sound, (0, -len(sound) % TOKEN_SAMPLES))
        row[: len(whole) // 160] = whisper_mel(torch.from_numpy(whole))
    phones = [frame_phones(utterance, mel.shape[1] // 2, len(sound), 1.0, 0) for utterance, sound in zip(utterances, sounds)]
    return Batch(mel, lengths, torch.from_numpy(np.stack(phones)), [letters_of(utterance.text) for utterance in utterances])


def with_aligned_phones(store: Store) -> list[Utterance]:
    """The utterances of a store, with the phones that an alignment has found (`aligned.jsonl`) where there is one."""
    path = store.folder / "aligned.jsonl"
    if path.exists():
        for utterance, line in zip(store.utterances, path.read_text().splitlines()):
            utterance.phones = json.loads(line)
    return store.utterances


class Mixture:
    """Draws batches from synthetic users and real people."""

    def __init__(self, voices: Path, people_share: float, seconds: float = 28.0) -> None:
        self._voices = voices
        self._people_share = people_share
        self._seconds = seconds
        self._augment = Augmenter()
        self._queue: list[list[Utterance]] = []
        self.reload()

    def reload(self) -> None:
        """Takes in what was synthesized or aligned since."""
        self.users = [u for index in sorted(self._voices.glob("users-[0-9]*/index.jsonl")) for u in Store(index.parent).utterances if self._fits(u)]
        self.people = [u for u in with_aligned_phones(Store(self._voices / "people")) if self._fits(u)]
        self._people_odds = self._people_share / (1 - self._people_share) * self._mean(self.users) / self._mean(self.people)
        self._augment.take_babble([utterance.samples for utterance in random.sample(self.people, 40)])

    @staticmethod
    def _fits(utterance: Utterance) -> bool:
        return 0 < len(utterance.text) and 0.4 < utterance.length / 16_000 < LONGEST_SECONDS - 1.2

    @staticmethod
    def _mean(utterances: list[Utterance]) -> float:
        return sum(utterance.length for utterance in utterances) / len(utterances)

    def _fill(self) -> None:
        people = self._people_odds / (1 + self._people_odds)
        drawn = [random.choice(self.people if random.random() < people else self.users) for _ in range(600)]
        drawn.sort(key=lambda utterance: utterance.length)
        batch: list[Utterance] = []
        for utterance in drawn:
            if batch and (len(batch) + 1) * (utterance.length / 16_000 + 0.5) > self._seconds:
                self._queue.append(batch)
                batch = []
            batch.append(utterance)
        self._queue.append(batch)
        random.shuffle(self._queue)

    def draw(self) -> Batch:
        if not self._queue:
            self._fill()
        utterances = self._queue.pop()
        sounds, labels = [], []
        for utterance in utterances:
            sound, slower, before = self._augment(utterance.samples)
            sounds.append(sound)
            labels.append((utterance, len(sound), slower, before))
        padded, lengths = _padded(sounds)
        frames = padded.shape[1] // 320
        phones = np.stack([frame_phones(utterance, frames, *rest) for utterance, *rest in labels])
        return Batch(augmented_mel(padded, lengths), lengths, torch.from_numpy(phones), [letters_of(utterance.text) for utterance in utterances])
