"""Measures what the model understands, in PyTorch: the table that ``voiceglm eval`` prints.

``python3 -m language_model.evaluate --weights FILE --bpe DIR --set DIR --tokenizer FILE``, on the sound of an evaluation set; or,
without a set, on held-out dialogues that are typed and spoken in the rehearsal's made-up speech.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Optional, Sequence, Tuple

import numpy as np
import torch

from common.log import say
from common.wave import read_wave

from .bpe import STOPS, Bpe
from .evaluation_line import told
from .evaluation_set import SEED, suitable
from .domain.dialogue import clock_sentence, parse_clock
from .domain.grammar import HELD_OUT, TRAIN
from .model import LanguageModel, LanguageModelConfig, Past
from .prompts import TEXT_GROUP, PromptWriter
from .speech import RehearsalSpeech

# An answer that takes more (25 s of speech) has lost its way.
MOST_TOKENS = 480

Hear = Callable[[Dict], Optional[Sequence[int]]]
"""Speech tokens of a turn; None where it is typed."""


@dataclass
class Reply:
    """text: all of it, a tool call included. confidence: the mean log probability of its text tokens."""

    text: str
    confidence: float


@dataclass
class Score:
    """Right of all, by what is counted."""

    right: Counter = field(default_factory=Counter)
    all: Counter = field(default_factory=Counter)
    wrong: List[str] = field(default_factory=list)
    confidences: List[Tuple[float, bool]] = field(default_factory=list)
    """Of every reply, and whether its intent was right."""

    def add(self, what: str, right: bool) -> None:
        self.all[what] += 1
        self.right[what] += right

    def rate(self, what: str) -> float:
        return self.right[what] / max(1, self.all[what])

    def count(self, turn: Dict, reply: Reply) -> None:
        """Counts a turn: its intent, and its slots where it has any."""
        intent = re.search(turn["answer"], reply.text) is not None
        slots = turn["slots"] is None or re.search(turn["slots"], reply.text) is not None
        self.confidences.append((reply.confidence, intent))
        for what, right in (("intent", intent), ("slots", slots)):
            if what == "intent" or turn["slots"] is not None:
                self.add(what, right)
                self.add(f"{what} of {turn['intent']}", right)
        if not (intent and slots):
            self.wrong.append(f"{turn['intent']}: {turn['text']!r} -> {reply.text!r} ({reply.confidence:.2f})")

    def __str__(self) -> str:
        return f"intent {self.rate('intent'):.3f} of {self.all['intent']}, slots {self.rate('slots'):.3f} of {self.all['slots']}"

    def by_confidence(self) -> str:
        """What is gained by asking again below a confidence: of the wrong replies, and lost of the right ones."""
        lines = []
        for limit in (-0.05, -0.1, -0.2, -0.3, -0.5, -0.8):
            wrong, right = ([c < limit for c, r in self.confidences if r == wanted] for wanted in (False, True))
            lines.append(f"  below {limit}: {sum(wrong)} of {len(wrong)} wrong replies, {sum(right)} of {len(right)} right ones")
        return "\n".join(lines)

    def by_intent(self) -> str:
        return "\n".join(f"  {what} {self.rate(what):.3f} of {self.all[what]}" for what in sorted(self.all) if " of " in what)


class Conversation:
    """Answers turn after turn, remembering its own words, as the product does."""

    def __init__(self, model: LanguageModel, bpe: Bpe, spoken: bool, clock: Optional[str]) -> None:
        self._model, self._bpe = model, bpe
        self._writer = PromptWriter(bpe, spoken, clock)
        self._stops = [bpe.specials[name] for name in STOPS]
        self._past: Optional[Past] = None
        self._read = 0

    @property
    def ids(self) -> List[int]:
        """Everything so far."""
        return self._writer.sample.ids

    def hear(self, speech: Sequence[int]) -> None:
        self._writer.hear(speech)

    def read(self, text: str) -> None:
        self._writer.read(text)

    def observe(self, text: str) -> None:
        self._writer.observe(text)

    @torch.no_grad()
    def reply(self, whole: bool) -> Reply:
        """The text of the most likely reply; not `whole`: it is over when its text is, and nothing may follow."""
        self._writer.ask()
        ids = self._writer.sample.ids
        logits, self._past = self._model(torch.tensor([ids[self._read:]]), self._past)
        said: List[int] = []
        words, confidence = 0, 0.0
        while len(said) < MOST_TOKENS:
            id = int(logits[0].argmax())
            if id in self._stops:
                break
            said.append(id)
            if id < self._bpe.first_speech:
                words += 1
                confidence += float(logits[0].log_softmax(-1)[id])
            elif not whole and words % TEXT_GROUP:
                break
            logits, self._past = self._model(torch.tensor([[id]]), self._past)
        ids.extend(said)
        self._read = len(ids)
        return Reply(self._bpe.decode(said), confidence / max(1, words))


def evaluate(model: LanguageModel, bpe: Bpe, conversations: Iterable[Dict], hear: Hear) -> Dict[str, Score]:
    """Scores of each condition."""
    scores: Dict[str, Score] = {}
    for told_of in conversations:
        score = scores.setdefault(told_of["condition"], Score())
        clock = clock_sentence(parse_clock(told_of["clock"])) if told_of["clock"] else None
        turns = told_of["turns"]
        heard = [hear(turn) for turn in turns]
        conversation = Conversation(model, bpe, heard[0] is not None, clock)
        for place, (turn, speech) in enumerate(zip(turns, heard)):
            last = place + 1 == len(turns)
            if speech is None:
                conversation.read(turn["text"])
            else:
                conversation.hear(speech)
            score.count(turn, conversation.reply(whole=not last))
            if turn["observation"] is not None and not last:
                conversation.observe(turn["observation"])
                conversation.reply(whole=True)
    return scores


def read_weights(path: Path, bpe: Bpe) -> LanguageModel:
    """The model of a checkpoint, ready to answer."""
    model = LanguageModel(LanguageModelConfig(len(bpe)))
    model.load_state_dict(torch.load(path, map_location="cpu")["model"])
    return model.eval()


def _rehearsed(count: int) -> Dict[str, List[Dict]]:
    made: Dict[str, List[Dict]] = {}
    for split in (TRAIN, HELD_OUT):
        for typed in (True, False):
            name = f"{split} phrasings, {'typed' if typed else 'made-up speech'}"
            voice = None if typed else "made-up speech"
            made[name] = [told(str(number), name, dialogue, voice, []) for number, dialogue in zip(range(count), suitable(split, SEED))]
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--bpe", type=Path, required=True)
    parser.add_argument("--set", type=Path, help="folder of an evaluation set")
    parser.add_argument("--tokenizer", type=Path, help="checkpoint of the speech tokenizer")
    parser.add_argument("--count", type=int, default=100, help="conversations of each condition")
    parser.add_argument("--details", action="store_true", help="by intent, and every wrong answer")
    arguments = parser.parse_args()
    bpe = Bpe.load(arguments.bpe)
    model = read_weights(arguments.weights, bpe)
    if arguments.set is None:
        rng, speech = random.Random(SEED), RehearsalSpeech()
        scores: Dict[str, Score] = {}
        for name, conversations in _rehearsed(arguments.count).items():
            scores.update(evaluate(model, bpe, conversations, lambda turn: None if name.endswith("typed") else speech.user(turn["text"], rng)))
    else:
        from .encode import Encoder

        encoder = Encoder(arguments.tokenizer)

        def hear(turn: Dict) -> Optional[Sequence[int]]:
            if turn["wav"] is None:
                return None
            samples, _ = read_wave(arguments.set / turn["wav"])
            return encoder([samples.astype(np.float32) / 32768])[0]

        taken: Counter = Counter()
        chosen = []
        for line in (arguments.set / "conversations.jsonl").read_text().splitlines():
            conversation = json.loads(line)
            taken[conversation["condition"]] += 1
            if taken[conversation["condition"]] <= arguments.count:
                chosen.append(conversation)
        scores = evaluate(model, bpe, chosen, hear)
    for name, score in scores.items():
        say(f"{name}: {score}")
        if arguments.details:
            print(score.by_intent(), score.by_confidence(), *score.wrong, sep="\n")


if __name__ == "__main__":
    main()
