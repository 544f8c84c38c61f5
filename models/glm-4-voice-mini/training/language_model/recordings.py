"""The sound of the dialogues: users by many synthetic voices, answers by the assistant's own."""

from __future__ import annotations

import random
import tempfile
from itertools import islice
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Tuple

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

from common.log import say
from corpora.store import StoreWriter
from corpora.synthesis import Synthesizer
from corpora.voices import TRAINING, Manner, Voice, draw
from decoder.voice import GAIN, KAISER, TEACHER_RATE, synthesize, to_pcm16, trim

from .domain.dialogue import Dialogue
from .domain.generator import numbered
from .domain.grammar import TRAIN
from .domain.numbers import spoken
from .samples import DIALOGUE_SEED

# The training's dialogues are the first so many of their seed; those whose users are recorded again, the next so many, and so on.
DIALOGUES = 12_000
# Tool answers are most of what is different from one dialogue to the next: a part of them is enough to learn to read aloud.
OBSERVED_DIALOGUES = 6_000
BATCH = 400


def training_dialogues(take: int = 0) -> Iterator[Dialogue]:
    return (numbered(number, TRAIN, DIALOGUE_SEED) for number in range(take * DIALOGUES, (take + 1) * DIALOGUES))


def make_users(folder: Path, take: int) -> None:
    """Every sentence of the dialogues of a `take`, in order, each by a voice drawn anew."""
    texts = [exchange.user for dialogue in training_dialogues(take) for exchange in dialogue.exchanges if exchange.user]
    writer = StoreWriter(folder)
    with tempfile.TemporaryDirectory() as scratch:
        synthesizer = Synthesizer(Path(scratch))
        for number, batch in _remaining(folder, texts):
            rng = random.Random(f"users {take} {number}")
            jobs: List[Tuple[Voice, Manner, str]] = [(*draw(rng, TRAINING), text) for text in batch]
            for voice, text, sound in synthesizer.speak(jobs):
                writer.add(sound.samples, text, voice.key)
            _progress(folder, writer, number)
    writer.close()
    (folder / "done").touch()


def make_assistant(folder: Path) -> None:
    """Every different answer of the training's dialogues once, 16 kHz; `text` is what is read aloud, numbers in words."""
    writer = StoreWriter(folder)
    for number, batch in _remaining(folder, answers()):
        with tempfile.TemporaryDirectory() as scratch:
            for text, wave in zip(batch, synthesize(batch, Path(scratch))):
                if not wave.exists():
                    continue
                rate, pcm = wavfile.read(wave)
                if rate != TEACHER_RATE:
                    raise ValueError(f"{wave}: {rate} Hz, expected {TEACHER_RATE}")
                samples = trim(pcm.astype(np.float64) / 32768 * GAIN, rate)
                writer.add(to_pcm16(resample_poly(samples, 1, 2, window=KAISER)), text, "assistant")
        _progress(folder, writer, number)
    writer.close()
    (folder / "done").touch()


def answers() -> List[str]:
    """What the assistant says in the training's dialogues, each once, in order of appearance."""
    found: Dict[str, None] = {}
    for number, dialogue in enumerate(training_dialogues()):
        for exchange in dialogue.exchanges:
            if exchange.observation is None or number < OBSERVED_DIALOGUES:
                found[spoken(exchange.assistant)] = None
    return list(found)


def _remaining(folder: Path, texts: Iterable[str]) -> Iterator[Tuple[int, List[str]]]:
    """Batches that were not spoken before an interruption, with their numbers."""
    done = folder / "batches"
    first = int(done.read_text()) if done.exists() else 0
    rest = islice(iter(texts), first * BATCH, None)
    number = first
    while batch := list(islice(rest, BATCH)):
        yield number, batch
        number += 1


def _progress(folder: Path, writer: StoreWriter, number: int) -> None:
    writer.flush()
    (folder / "batches").write_text(str(number + 1))
    say(f"{folder.name}: {number + 1} batches, {writer.samples / 16_000 / 3600:.2f} h")
