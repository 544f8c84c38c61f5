"""Measures what the model understands: ``python3 -m language_model.evaluate --weights FILE --bpe DIR``.

Each exchange of held-out (or trained) dialogues is answered with the true conversation before it.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import List

import torch

from common.log import say

from .bpe import STOPS, Bpe
from .domain.dialogue import Exchange, clock_sentence
from .domain.generator import dialogues
from .domain.grammar import HELD_OUT, TRAIN
from .domain.meaning import expected
from .domain.numbers import spoken
from .model import LanguageModel, LanguageModelConfig
from .prompts import PromptWriter
from .speech import RehearsalSpeech, Speech

# Twelve words at the slowest: an answer that is longer has lost its way.
MOST_TOKENS = 420


@dataclass
class Score:
    """Right of all, by what is counted."""

    right: Counter = field(default_factory=Counter)
    all: Counter = field(default_factory=Counter)
    wrong: List[str] = field(default_factory=list)

    def add(self, what: str, right: bool) -> None:
        self.all[what] += 1
        self.right[what] += right

    def rate(self, what: str) -> float:
        return self.right[what] / max(1, self.all[what])

    def table(self) -> str:
        return ", ".join(f"{what} {self.rate(what):.3f} of {self.all[what]}" for what in sorted(self.all))


def evaluate(model: LanguageModel, bpe: Bpe, speech: Speech, split: str, by_speech: bool, exchanges: int, seed: int = 99) -> Score:
    """Answers `exchanges` exchanges of a split and tells how many intents and slots are right."""
    score = Score()
    stops = [bpe.specials[name] for name in STOPS]
    made = dialogues(exchanges, split, seed)
    rng = random.Random(seed)
    while score.all["intent"] < exchanges:
        dialogue = next(made, None)
        if dialogue is None:
            break
        writer = PromptWriter(bpe, by_speech, clock_sentence(dialogue.clock) if dialogue.clock else None)
        for exchange in dialogue.exchanges:
            heard = speech.noise(rng) if exchange.noise else speech.user(exchange.user, rng)
            answer = speech.assistant(spoken(exchange.assistant), rng)
            if (by_speech and heard is None) or answer is None or (exchange.noise and not by_speech):
                break
            if by_speech:
                writer.hear(heard)
            else:
                writer.read(exchange.typed)
            writer.ask()
            said = bpe.decode(model.generate(writer.sample.ids, stops, MOST_TOKENS))
            _count(score, exchange, said)
            if exchange.call is not None:
                writer.write(exchange.call.text)
                writer.observe(exchange.observation or "")
                writer.ask()
            writer.say(exchange.assistant, answer)
    return score


def _count(score: Score, exchange: Exchange, said: str) -> None:
    intent, slots = expected(exchange)
    right = re.fullmatch(intent, said) is not None
    score.add("intent", right)
    score.add(f"intent {exchange.intent}", right)
    if slots is not None:
        exact = re.fullmatch(slots, said) is not None
        score.add("slots", exact)
        score.add(f"slots {exchange.intent}", exact)
        right = right and exact
    if not right:
        score.wrong.append(f"{exchange.intent}: {exchange.user!r} -> {said!r}")


def read_weights(path: Path, bpe: Bpe) -> LanguageModel:
    model = LanguageModel(LanguageModelConfig(len(bpe)))
    model.load_state_dict(torch.load(path, map_location="cpu")["model"])
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--bpe", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--details", action="store_true")
    arguments = parser.parse_args()
    bpe = Bpe.load(arguments.bpe)
    model = read_weights(arguments.weights, bpe)
    for split in (HELD_OUT, TRAIN):
        for by_speech in (False, True):
            score = evaluate(model, bpe, RehearsalSpeech(), split, by_speech, arguments.count)
            say(f"{split} {'made-up speech' if by_speech else 'typed'}: intent {score.rate('intent'):.3f}, slots {score.rate('slots'):.3f}")
            if arguments.details:
                print(score.table(), *score.wrong, sep="\n")


if __name__ == "__main__":
    main()
