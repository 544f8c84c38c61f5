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
from typing import Dict, Iterator, List, Optional, Tuple

import numpy as np
from scipy.signal import butter, resample_poly, sosfilt

from common.log import say
from common.wave import read_wave, write_wave
from corpora.store import Store
from corpora.synthesis import Synthesizer, to_rate
from corpora.voices import HELD_OUT as HELD_OUT_VOICES
from corpora.voices import TRAINING as TRAINING_VOICES
from corpora.voices import Manner, Voice, draw

from .domain import clock as clocks
from .domain import shop
from .domain.dialogue import Dialogue, Exchange
from .domain.generator import dialogues
from .domain.grammar import HELD_OUT, TRAIN
from .domain.meaning import PATTERNS, expected
from .domain.numbers import digit_by_digit, order_number_of

RATE = 16_000
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
PEOPLE_NUMBERS = Condition("people, order numbers", HELD_OUT, HELD_OUT_VOICES)
PEOPLE_ANYTHING = Condition("people, anything", HELD_OUT, [])


def make(out: Path, count: int, seed: int = SEED, people: Optional[Path] = None, digits: Optional[Path] = None) -> None:
    """Writes `count` conversations of each condition: ``conversations.jsonl`` and ``wav/``.

    people: store of people who are never trained on. digits: folder ``recordings`` of the free spoken digits.
    """
    (out / "wav").mkdir(parents=True, exist_ok=True)
    with open(out / "conversations.jsonl", "w") as lines, tempfile.TemporaryDirectory() as scratch:
        synthesizer = Synthesizer(Path(scratch))
        for condition in CONDITIONS:
            for line in _conversations(condition, count, seed, synthesizer, out):
                lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            say(f"{condition.name}: {count} conversations")
        if people is not None:
            numbers = _numbers_of_people(people, digits, random.Random(seed))
            for line in [*_order_numbers(numbers[:count], seed, synthesizer, out), *_anything(people, count, seed, out)]:
                lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def suitable(split: str, seed: int) -> Iterator[Dialogue]:
    """Dialogues of a split without end that are short enough, and in which everything can be understood."""
    for dialogue in dialogues(1_000_000, split, seed):
        if len(dialogue.exchanges) <= MOST_TURNS and not any(exchange.noise for exchange in dialogue.exchanges):
            yield dialogue


def told(name: str, condition: Condition, dialogue: Dialogue, voice: Optional[str], waves: List[str]) -> Dict:
    """A conversation as the set's file has it."""
    turns = []
    for turn, exchange in enumerate(dialogue.exchanges):
        intent, slots = expected(exchange)
        turns.append({
            "wav": waves[turn] if waves else None, "text": exchange.typed if condition.typed else exchange.user, "intent": exchange.intent,
            "answer": f"^(?:{intent})$", "slots": None if slots is None else f"^(?:{slots})$", "observation": exchange.observation})
    return {"id": name, "condition": condition.name, "voice": voice, "clock": dialogue.clock_text, "turns": turns}


def _conversations(condition: Condition, count: int, seed: int, synthesizer: Synthesizer, out: Path) -> Iterator[Dict]:
    rng = random.Random(f"{condition.name} {seed}")
    made = 0
    # The same dialogues in each condition of a split, so that conditions can be compared.
    for number, dialogue in enumerate(suitable(condition.split, seed)):
        if made == count:
            return
        name = f"{condition.name.replace(',', '').replace(' ', '-')}-{number}"
        if condition.typed:
            yield told(name, condition, dialogue, None, [])
            made += 1
            continue
        voice, manner = draw(rng, condition.voices)
        sounds = [sound.samples for _, _, sound in synthesizer.speak((voice, manner, exchange.user) for exchange in dialogue.exchanges)]
        if len(sounds) != len(dialogue.exchanges):
            continue
        waves = []
        for turn, sound in enumerate(sounds):
            waves.append(f"wav/{name}-{turn}.wav")
            write_wave(out / waves[-1], through(sound, condition, np.random.default_rng(rng.getrandbits(32))), RATE)
        yield told(name, condition, dialogue, voice.key, waves)
        made += 1


def _numbers_of_people(people: Path, digits: Optional[Path], rng: random.Random) -> List[Tuple[str, str, np.ndarray]]:
    """Who says which four digits, and the sound: whole numbers, and numbers put together of single digits of a speaker."""
    found = [(u.voice, order_number_of(u.text), u.samples) for u in Store(people).utterances if order_number_of(u.text)]
    if digits is not None:
        waves = {(wave.stem.split("_")[1], wave.stem.split("_")[0], wave.stem.split("_")[2]): wave for wave in sorted(digits.glob("*_*_*.wav"))}
        for speaker in sorted({name for name, _, _ in waves}):
            for _ in range(15):
                number = f"{rng.randrange(10000):04d}"
                pieces = []
                for digit in number:
                    samples, rate = read_wave(rng.choice([wave for (name, said, _), wave in waves.items() if (name, said) == (speaker, digit)]))
                    pieces += [to_rate(samples, rate), np.zeros(RATE * rng.randint(5, 20) // 100, np.int16)]
                found.append((f"digits:{speaker}", number, np.concatenate(pieces)))
    rng.shuffle(found)
    return found


def _order_numbers(numbers: List[Tuple[str, str, np.ndarray]], seed: int, synthesizer: Synthesizer, out: Path) -> Iterator[Dict]:
    """A synthetic voice asks for an order, a person gives its number."""
    rng = random.Random(f"{PEOPLE_NUMBERS.name} {seed}")
    for place, (speaker, number, samples) in enumerate(numbers):
        first = shop.ask_status(rng, HELD_OUT)
        second = Exchange(user=digit_by_digit(number), intent="order_status", slots={"order_id": number}, call=shop.status_call(number), observation=shop.state(rng, number))
        (_, _, question), = synthesizer.speak([(HELD_OUT_VOICES[0], Manner(), first.user)])
        waves = [f"wav/people-number-{place}-{turn}.wav" for turn in range(2)]
        for wave, sound in zip(waves, (question.samples, samples)):
            write_wave(out / wave, through(sound, PEOPLE_NUMBERS, np.random.default_rng(rng.getrandbits(32))), RATE)
        yield told(f"people-number-{place}", PEOPLE_NUMBERS, Dialogue(clocks.random_clock(rng), HELD_OUT, [first, second]), speaker, waves)


def _anything(people: Path, count: int, seed: int, out: Path) -> Iterator[Dict]:
    """People read what is no request at all: the model should say that it cannot help, or ask again."""
    rng = random.Random(f"{PEOPLE_ANYTHING.name} {seed}")
    sentences = [u for u in Store(people).utterances if len(u.text.split()) >= 4 and not order_number_of(u.text)]
    for place, utterance in enumerate(rng.sample(sentences, min(count, len(sentences)))):
        wave = f"wav/people-anything-{place}.wav"
        write_wave(out / wave, through(utterance.samples, PEOPLE_ANYTHING, np.random.default_rng(rng.getrandbits(32))), RATE)
        turn = {"wav": wave, "text": utterance.text, "intent": "beyond", "answer": f"^(?:{PATTERNS['beyond']}|{PATTERNS['unclear']})$", "slots": None, "observation": None}
        yield {"id": f"people-anything-{place}", "condition": PEOPLE_ANYTHING.name, "voice": utterance.voice, "clock": clocks.random_clock(rng).strftime("%Y-%m-%dT%H:%M"), "turns": [turn]}


def through(samples: np.ndarray, condition: Condition, source: np.random.Generator) -> np.ndarray:
    """int16 speech with silence around it, as a condition's microphone or telephone passes it on."""
    speech = samples.astype(np.float64) / 32768
    speech *= 10 ** (-26 / 20) / (np.sqrt(np.mean(speech**2)) + 1e-9)
    sound = np.concatenate((np.zeros(RATE * 3 // 10), speech, np.zeros(RATE * 4 // 10)))
    level = -70.0 if condition.noise_db is None else -26.0 - condition.noise_db
    sound += 10 ** (level / 20) * pink_noise(len(sound), source)
    if condition.telephone:
        sound = telephone(sound)
    return np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)


def pink_noise(count: int, source: np.random.Generator) -> np.ndarray:
    """Noise of equal power per octave, root mean square 1."""
    spectrum = np.fft.rfft(source.standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE)
    shaped = np.fft.irfft(spectrum / np.sqrt(np.maximum(frequencies, 50.0)), count)
    return shaped / np.sqrt(np.mean(shaped**2))


def telephone(sound: np.ndarray) -> np.ndarray:
    """300–3400 Hz at 8 kHz through G.711's µ-law, and back to 16 kHz."""
    narrow = resample_poly(sound, 1, 2)
    narrow = sosfilt(butter(4, (300, 3400), "bandpass", fs=RATE // 2, output="sos"), narrow)
    # ITU-T G.711 µ-law with 255 in its continuous form; 256 steps.
    pressed = np.sign(narrow) * np.log1p(255 * np.minimum(np.abs(narrow), 1)) / np.log(256)
    pressed = np.round(pressed * 127) / 127
    return resample_poly(np.sign(pressed) * np.expm1(np.abs(pressed) * np.log(256)) / 255, 2, 1)


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
