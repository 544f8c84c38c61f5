"""Makes the evaluation set: conversations as sound files, and what a right answer to each turn looks like.

``python3 -m language_model.evaluation_set --out DIR --count 150 --people DIR --digits DIR``. The same seed makes the same set. Its format
is in the README beside; ``voiceglm eval`` reads it. The recordings of people, where they are given, are not for passing on.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Optional

import numpy as np

from common.log import say
from common.mel import RATE
from common.wave import write_wave
from corpora.synthesis import Synthesizer
from corpora.voices import HELD_OUT as HELD_OUT_VOICES
from corpora.voices import TRAINING as TRAINING_VOICES
from corpora.voices import Voice, draw

from . import evaluation_people
from .acoustics import through
from .domain.dialogue import Dialogue
from .domain.generator import dialogues
from .domain.grammar import HELD_OUT, TRAIN
from .evaluation_line import told

SEED = 2026
# Held-out dialogues longer than this say little about understanding, and take long.
MOST_TURNS = 4


@dataclass(frozen=True)
class Condition:
    """Who speaks, in which phrasings, and through what."""

    name: str
    split: str
    voices: List[Voice]
    noise_db: Optional[float] = None
    telephone: bool = False
    typed: bool = False


CONDITIONS = (
    Condition("seen voices", TRAIN, TRAINING_VOICES),
    Condition("held-out voices", HELD_OUT, HELD_OUT_VOICES),
    Condition("held-out voices, noise 10 dB below", HELD_OUT, HELD_OUT_VOICES, noise_db=10.0),
    Condition("held-out voices, telephone", HELD_OUT, HELD_OUT_VOICES, telephone=True),
    Condition("typed", HELD_OUT, HELD_OUT_VOICES, typed=True),
)


def make(out: Path, count: int, seed: int = SEED, people: Optional[Path] = None, digits: Optional[Path] = None) -> None:
    """Writes `count` conversations of each condition: ``conversations.jsonl`` and ``wav/``.

    people: store of people who are never trained on. digits: folder ``recordings`` of the free spoken digits.
    """
    (out / "wav").mkdir(parents=True, exist_ok=True)
    unfinished = out / "conversations.writing"
    with open(unfinished, "w") as lines, tempfile.TemporaryDirectory() as scratch:
        synthesizer = Synthesizer(Path(scratch))
        for condition in CONDITIONS:
            made = _conversations(condition, count, seed, synthesizer, out)
            lines.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in made)
            say(f"{condition.name}: {count} conversations")
        if people is not None:
            rng = random.Random(seed)
            numbers = evaluation_people.numbers_of_people(people, digits, rng)[:count]
            made = [*evaluation_people.order_numbers(numbers, rng, synthesizer, out), *evaluation_people.anything(people, count, rng, out)]
            lines.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in made)
    unfinished.rename(out / "conversations.jsonl")


def suitable(split: str, seed: int) -> Iterator[Dialogue]:
    """Dialogues of a split without end that are short enough, and in which everything can be understood."""
    for dialogue in dialogues(1_000_000, split, seed):
        if len(dialogue.exchanges) <= MOST_TURNS and not any(exchange.noise for exchange in dialogue.exchanges):
            yield dialogue


def _conversations(condition: Condition, count: int, seed: int, synthesizer: Synthesizer, out: Path) -> Iterator[Dict]:
    rng = random.Random(f"{condition.name} {seed}")
    made = 0
    # The same dialogues in each condition of a split, so that conditions can be compared.
    for number, dialogue in enumerate(suitable(condition.split, seed)):
        if made == count:
            return
        name = f"{condition.name.replace(',', '').replace(' ', '-')}-{number}"
        if condition.typed:
            yield told(name, condition.name, dialogue, None, [])
            made += 1
            continue
        voice, manner = draw(rng, condition.voices)
        sounds = [sound.samples for _, _, sound in synthesizer.speak((voice, manner, exchange.user) for exchange in dialogue.exchanges)]
        if len(sounds) != len(dialogue.exchanges):
            continue
        waves = []
        for turn, sound in enumerate(sounds):
            waves.append(f"wav/{name}-{turn}.wav")
            write_wave(out / waves[-1], through(sound, np.random.default_rng(rng.getrandbits(32)), condition.noise_db, condition.telephone), RATE)
        yield told(name, condition.name, dialogue, voice.key, waves)
        made += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=150, help="conversations of each condition")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--people", type=Path, help="store of people who are never trained on")
    parser.add_argument("--digits", type=Path, help="folder of the free spoken digits' recordings")
    arguments = parser.parse_args()
    make(arguments.out, arguments.count, arguments.seed, arguments.people, arguments.digits)


if __name__ == "__main__":
    main()
