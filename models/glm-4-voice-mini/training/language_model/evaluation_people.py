"""The evaluation set's real people: order numbers they say, and sentences that ask for nothing."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional

import numpy as np

from common.mel import RATE
from common.wave import read_wave, write_wave
from corpora.store import Store
from corpora.synthesis import Synthesizer, to_rate
from corpora.voices import HELD_OUT as HELD_OUT_VOICES
from corpora.voices import Manner

from .acoustics import through
from .domain import clock as clocks
from .domain import shop
from .domain.dialogue import Dialogue, Exchange
from .domain.grammar import HELD_OUT
from .domain.meaning import PATTERNS
from .domain.numbers import digit_by_digit, order_number_of
from .evaluation_line import told

NUMBERS = "people, order numbers"
ANYTHING = "people, anything"
NUMBERS_PER_SPEAKER = 15


class SpokenNumber(NamedTuple):
    """samples: int16 at 16 kHz."""

    speaker: str
    number: str
    samples: np.ndarray


def numbers_of_people(people: Path, digits: Optional[Path], rng: random.Random) -> List[SpokenNumber]:
    """Four digits in a row of people who are never trained on, and such as are put together of the single digits of a speaker.

    people: a store. digits: folder ``recordings`` of the free spoken digits (``DIGIT_SPEAKER_TAKE.wav``).
    """
    found = [SpokenNumber(u.voice, number, u.samples) for u in Store(people).utterances if (number := order_number_of(u.text))]
    takes: Dict[str, Dict[str, List[Path]]] = {}
    for wave in sorted(digits.glob("*_*_*.wav")) if digits is not None else ():
        digit, speaker, _ = wave.stem.split("_")
        takes.setdefault(speaker, {}).setdefault(digit, []).append(wave)
    for speaker, waves in takes.items():
        for _ in range(NUMBERS_PER_SPEAKER):
            number = shop.order_id(rng)
            pieces = []
            for digit in number:
                pieces.append(to_rate(*read_wave(rng.choice(waves[digit]))))
                pieces.append(np.zeros(RATE * rng.randint(5, 20) // 100, np.int16))
            found.append(SpokenNumber(f"digits:{speaker}", number, np.concatenate(pieces)))
    rng.shuffle(found)
    return found


def order_numbers(numbers: List[SpokenNumber], rng: random.Random, synthesizer: Synthesizer, out: Path) -> Iterator[Dict]:
    """A synthetic voice asks for an order, a person gives its number."""
    for place, said in enumerate(numbers):
        first = shop.ask_status(rng, HELD_OUT)
        second = Exchange(user=digit_by_digit(said.number), intent="order_status", slots={"order_id": said.number},
                          call=shop.status_call(said.number), observation=shop.state(rng, said.number))
        (_, _, question), = synthesizer.speak([(HELD_OUT_VOICES[0], Manner(), first.user)])
        name = f"people-number-{place}"
        waves = [f"wav/{name}-{turn}.wav" for turn in range(2)]
        for wave, sound in zip(waves, (question.samples, said.samples)):
            write_wave(out / wave, through(sound, np.random.default_rng(rng.getrandbits(32))), RATE)
        yield told(name, NUMBERS, Dialogue(clocks.random_clock(rng), HELD_OUT, [first, second]), said.speaker, waves)


def anything(people: Path, count: int, rng: random.Random, out: Path) -> Iterator[Dict]:
    """People read what is no request at all: the model should say that it cannot help, or ask again."""
    sentences = [u for u in Store(people).utterances if len(u.text.split()) >= 4 and not order_number_of(u.text)]
    for place, utterance in enumerate(rng.sample(sentences, min(count, len(sentences)))):
        name = f"people-anything-{place}"
        write_wave(out / f"wav/{name}.wav", through(utterance.samples, np.random.default_rng(rng.getrandbits(32))), RATE)
        exchange = Exchange(user=utterance.text, intent="beyond")
        line = told(name, ANYTHING, Dialogue(clocks.random_clock(rng), HELD_OUT, [exchange]), utterance.voice, [f"wav/{name}.wav"])
        line["turns"][0]["answer"] = f"^(?:{PATTERNS['beyond']}|{PATTERNS['unclear']})$"
        yield line
