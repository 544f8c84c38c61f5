"""Speech tokens by text: what a sentence sounds like, to the user's side and to the assistant's."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Dict, List, Optional, Protocol, Sequence, Tuple
from zlib import crc32

import numpy as np

from .domain.numbers import order_number_of

SPEECH_TOKENS = 512


class Speech(Protocol):
    """Where a conversation's speech tokens come from."""

    def user(self, text: str, rng: random.Random) -> Optional[Sequence[int]]:
        """Somebody saying a text; nothing where nobody was recorded saying it."""

    def assistant(self, text: str, rng: random.Random) -> Optional[Sequence[int]]:
        """The assistant's voice reading a text aloud."""

    def noise(self, rng: random.Random) -> Sequence[int]:
        """What cannot be understood."""

    def anybody(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        """Somebody saying anything, and what; nothing where speech is made for any text."""

    def person(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        """A real person reading something, and what; nothing where there is none."""

    def person_with_number(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        """A real person saying four digits, and which (``4702``); nothing where there is none."""

    def reading(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        """The assistant's voice reading anything, and what; nothing where speech is made for any text."""


class TokenBank:
    """Token sequences by text, in one folder: ``texts.json`` (a text each), ``ends.npy``, ``tokens.npy``; a text may be there many times."""

    def __init__(self, folder: Path) -> None:
        texts = json.loads((folder / "texts.json").read_text())
        self._ends = np.load(folder / "ends.npy")
        self._tokens = np.load(folder / "tokens.npy", mmap_mode="r")
        self._places: Dict[str, List[int]] = defaultdict(list)
        for place, text in enumerate(texts):
            self._places[text].append(place)
        self.texts: List[str] = texts
        self._count = len(texts)

    def __len__(self) -> int:
        return self._count

    def any(self, rng: random.Random) -> Tuple[str, List[int]]:
        """One of the sequences, and its text."""
        text = self.texts[rng.randrange(self._count)]
        return text, self.pick(text, rng) or []

    def pick(self, text: str, rng: random.Random) -> Optional[List[int]]:
        """One of the sequences of a text."""
        places = self._places.get(text)
        if not places:
            return None
        place = rng.choice(places)
        start = 0 if place == 0 else self._ends[place - 1]
        return self._tokens[start:self._ends[place]].tolist()

    @staticmethod
    def write(folder: Path, items: Sequence[Tuple[str, Sequence[int]]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "tokens.npy", np.concatenate([np.asarray(tokens, np.uint16) for _, tokens in items]))
        np.save(folder / "ends.npy", np.cumsum([len(tokens) for _, tokens in items]))
        (folder / "texts.json").write_text(json.dumps([text for text, _ in items]))


class RecordedSpeech:
    """Speech from token banks: of users, who say the dialogues' sentences, of others, who read books, of real people, of the
    assistant's answers, of what it read besides, of noises."""

    def __init__(self, users: Sequence[TokenBank], others: Sequence[TokenBank], people: Sequence[TokenBank], assistant: TokenBank,
                 readings: TokenBank, noises: TokenBank) -> None:
        self._users, self._people, self._assistant, self._readings, self._noises = users, people, assistant, readings, noises
        self._anybody = [(banks, weight) for banks, weight in ((users, 3), (others, 3), (people, 4)) if banks]
        self._numbers = sorted({text for bank in people for text in bank.texts if order_number_of(text)})

    def user(self, text: str, rng: random.Random) -> Optional[Sequence[int]]:
        found = [tokens for bank in self._users if (tokens := bank.pick(text, rng))]
        return rng.choice(found) if found else None

    def assistant(self, text: str, rng: random.Random) -> Optional[Sequence[int]]:
        return self._assistant.pick(text, rng)

    def noise(self, rng: random.Random) -> Sequence[int]:
        if rng.random() < 0.2:
            return [rng.randrange(SPEECH_TOKENS) for _ in range(rng.randint(3, 40))]
        return self._noises.any(rng)[1]

    def anybody(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        banks, weights = zip(*self._anybody)
        return rng.choice(rng.choices(banks, weights)[0]).any(rng)

    def person(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        return rng.choice(self._people).any(rng)

    def person_with_number(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        if not self._numbers:
            return None
        text = rng.choice(self._numbers)
        return order_number_of(text), rng.choice([tokens for bank in self._people if (tokens := bank.pick(text, rng))])

    def reading(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        return self._readings.any(rng)


class RehearsalSpeech:
    """Made-up speech, for rehearsing before there is a speech tokenizer: a token for about every letter.

    A letter has 16 tokens; its neighbours choose among them, a voice shifts the choice, and some are random. So the model can learn
    everything but the sound itself: to align speech with text, to take turns between the two, and what to answer.
    """

    _LETTERS = "abcdefghijklmnopqrstuvwxyz '-,."

    def user(self, text: str, rng: random.Random) -> Sequence[int]:
        return self._say(text, rng, voice=rng.randrange(4), slip=0.05)

    def assistant(self, text: str, rng: random.Random) -> Sequence[int]:
        return self._say(text, random.Random(text), voice=0, slip=0.0)

    def noise(self, rng: random.Random) -> Sequence[int]:
        return [rng.randrange(SPEECH_TOKENS) for _ in range(rng.randint(3, 40))]

    def anybody(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        return None

    def person(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        return None

    def person_with_number(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        return None

    def reading(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        return None

    def _say(self, text: str, rng: random.Random, voice: int, slip: float) -> List[int]:
        letters = [self._LETTERS.find(letter) for letter in text.lower() if letter in self._LETTERS]
        tokens = []
        for i, letter in enumerate(letters):
            around = crc32(bytes((letters[max(i - 1, 0)] // 8, letters[min(i + 1, len(letters) - 1)] // 8)))
            if rng.random() < 0.1:
                continue
            token = letter * 16 + (around + 5 * voice) % 16 if rng.random() >= slip else rng.randrange(SPEECH_TOKENS)
            tokens += [token] * (2 if rng.random() < 0.08 else 1)
        return tokens
