"""Training samples: dialogues and single sentences with speech, as token ids."""

from __future__ import annotations

import datetime
import random
from typing import Callable, Dict, List, Optional, Sequence, Tuple

import torch
from torch import Tensor

from corpora.sentences import normalized

from .bpe import Bpe
from .domain import clock as clocks
from .domain import limits, shop
from .domain.dialogue import Dialogue, Exchange, clock_sentence
from .domain.generator import dialogue, numbered
from .domain.grammar import TRAIN
from .domain.numbers import spoken
from .prompts import PromptWriter, Sample
from .speech import Speech

# The dialogues that are recorded are those of this seed.
DIALOGUE_SEED = 1
# Part of the user's speech tokens that are exchanged for others: a tokenizer errs on voices it never heard.
USER_NOISE = 0.06
# Part of the replies that the user speaks over.
INTERRUPTED = 0.06
# Parts of the dialogues that begin with a greeting, in the words in which the product asks for one; and in which the user now speaks, now types.
GREETED = 0.06
GREETING = "Greet the user. Say exactly this: {}"
MIXED = 0.1
LONGEST = 512
BATCH_TOKENS = 3200


class Samples:
    """Draws samples; the same number always gives the same sample."""

    TASKS: Dict[str, float] = {"spoken": 0.20, "understood": 0.38, "beyond": 0.03, "number": 0.06, "typed": 0.04, "read": 0.10, "read aloud": 0.08, "write down": 0.11}
    CHUNK = 256

    def __init__(self, bpe: Bpe, speech: Speech, seed: int, dialogues: Optional[int] = None, heard: Optional[int] = None) -> None:
        """dialogues: how many there are whose answers were recorded; heard: whose users were. Without end if not given."""
        self._bpe, self._speech, self._seed, self._dialogues, self._heard_dialogues = bpe, speech, seed, dialogues, heard

    def __call__(self, number: int) -> Sample:
        rng = random.Random(f"{self._seed} sample {number}")
        make: Dict[str, Callable[[random.Random], Optional[Sample]]] = {
            "spoken": lambda r: self._dialogue(r, True), "beyond": self._beyond, "number": self._number, "typed": lambda r: self._dialogue(r, False),
            "understood": lambda r: self._briefly(r, True), "read": lambda r: self._briefly(r, False), "read aloud": self._read_aloud, "write down": self._write_down}
        while True:
            task = rng.choices(list(self.TASKS), list(self.TASKS.values()))[0]
            sample = make[task](rng)
            if sample is not None and len(sample.ids) <= LONGEST:
                return sample

    def chunk(self, number: int) -> List[Tuple[Tensor, Tensor]]:
        """Batches of some 256 samples, in random order: ids and weights, [samples, longest], padded with weight 0.

        The samples of a batch begin alike and are about as long, so that little is computed in vain.
        """
        samples = sorted((self(number * self.CHUNK + i) for i in range(self.CHUNK)), key=lambda sample: (sample.ids[:20], len(sample.ids)))
        made: List[List[Sample]] = [[]]
        for sample in samples:
            other = made[-1] and made[-1][0].ids[:20] != sample.ids[:20]
            if other or (len(made[-1]) + 1) * len(sample.ids) > BATCH_TOKENS:
                made.append([])
            made[-1].append(sample)
        random.Random(f"{self._seed} chunk {number}").shuffle(made)
        return [pad(batch) for batch in made]

    def _draw(self, rng: random.Random, count: Optional[int]) -> Dialogue:
        """One of the first so many."""
        return dialogue(rng, TRAIN) if count is None else numbered(rng.randrange(count), TRAIN, DIALOGUE_SEED)

    def _dialogue(self, rng: random.Random, by_speech: bool) -> Optional[Sample]:
        drawn = self._draw(rng, self._dialogues)
        greeting = self._reading(rng, self._exchanges(rng, 1)[0]) if rng.random() < GREETED else None
        # A greeting is asked for in writing, which the prompt then speaks of, whatever the user does.
        writer = PromptWriter(self._bpe, by_speech and greeting is None, self._clock(drawn.clock))
        if greeting is not None:
            writer.read(GREETING.format(greeting[0]))
            writer.ask()
            writer.say(*greeting)
        mixed = rng.random() < MIXED
        begun = greeting is not None
        for exchange in drawn.exchanges:
            heard = by_speech if not mixed else rng.random() < 0.5
            speech = self._heard(exchange, rng) if heard else []
            answer = self._speech.assistant(spoken(exchange.assistant), rng)
            if speech is None or (answer is None and exchange.call is None):
                break
            if heard:
                writer.hear(speech)
            else:
                writer.read(_type(exchange, rng))
            writer.ask()
            begun = True
            if exchange.call is not None:
                writer.write(exchange.call.text)
                if answer is None:
                    writer.end("<|observation|>")
                    return writer.sample
                writer.observe(exchange.observation or "")
                writer.ask()
            start = len(writer.sample.ids)
            writer.say(exchange.assistant, answer or [])
            if exchange is not drawn.exchanges[-1] and rng.random() < INTERRUPTED:
                writer.interrupt(rng.randrange(1, len(writer.sample.ids) - start))
        writer.end()
        return writer.sample if begun else None

    def _briefly(self, rng: random.Random, by_speech: bool) -> Optional[Sample]:
        """A dialogue up to some exchange, of whose replies there are only the first words: what was understood shows in these, at a third of the cost."""
        drawn = self._draw(rng, self._heard_dialogues if by_speech else None)
        writer = PromptWriter(self._bpe, by_speech, self._clock(drawn.clock))
        last = rng.randrange(len(drawn.exchanges))
        for number, exchange in enumerate(drawn.exchanges[:last + 1]):
            if by_speech:
                speech = self._heard(exchange, rng)
                if speech is None:
                    return None
                writer.hear(speech)
            else:
                writer.read(_type(exchange, rng))
            writer.ask()
            if exchange.call is not None:
                writer.write(exchange.call.text)
                if number == last:
                    writer.end("<|observation|>")
                    return writer.sample
                writer.observe(exchange.observation or "")
                writer.ask()
            writer.begin(exchange.assistant)
        return writer.sample

    def _reading(self, rng: random.Random, exchange: Exchange) -> Optional[Tuple[str, Sequence[int]]]:
        """What the assistant's voice reads aloud: anything, or the exchange's answer."""
        read = self._speech.reading(rng) if rng.random() < 0.5 else None
        if read is not None:
            return read
        speech = self._speech.assistant(spoken(exchange.assistant), rng)
        return None if speech is None else (exchange.assistant, speech)

    def _read_aloud(self, rng: random.Random) -> Optional[Sample]:
        """Observations alone, each spoken word for word: half of them answers, half anything."""
        writer = PromptWriter(self._bpe, rng.random() < 0.7)
        begun = False
        for exchange in self._exchanges(rng, rng.randint(1, 3)):
            read = self._reading(rng, exchange)
            if read is not None:
                writer.observe(read[0])
                writer.ask()
                writer.say(*read)
                begun = True
        writer.end()
        return writer.sample if begun else None

    def _write_down(self, rng: random.Random) -> Optional[Sample]:
        """What users said, as text."""
        writer = PromptWriter(self._bpe)
        begun = False
        for _ in range(rng.randint(2, 4)):
            said = self._speech.anybody(rng) or self._somebody(rng)
            if said is not None:
                writer.hear(self._mishear(said[1], rng))
                writer.ask("transcription")
                writer.write(normalized(said[0]))
                begun = True
        writer.end()
        return writer.sample if begun else None

    def _beyond(self, rng: random.Random) -> Optional[Sample]:
        """A real person, who speaks, or types, of what the model knows nothing of."""
        said = self._speech.person(rng)
        exchange = limits.beyond(rng, TRAIN)
        answer = self._speech.assistant(exchange.assistant, rng)
        if said is None or answer is None or len(said[0].split()) < 4:
            return None
        by_speech = rng.random() < 0.7
        writer = PromptWriter(self._bpe, by_speech, self._clock(clocks.maybe_clock(rng)))
        if by_speech:
            writer.hear(self._mishear(said[1], rng))
        else:
            writer.read(said[0])
        writer.ask()
        writer.say(exchange.assistant, answer)
        writer.end()
        return writer.sample

    def _number(self, rng: random.Random) -> Optional[Sample]:
        """An order whose number a real person says."""
        said = self._speech.person_with_number(rng)
        first = shop.ask_status(rng, TRAIN)
        question, answer = self._speech.user(first.user, rng), self._speech.assistant(first.assistant, rng)
        if said is None or question is None or answer is None:
            return None
        writer = PromptWriter(self._bpe, clock=self._clock(clocks.maybe_clock(rng)))
        writer.hear(self._mishear(question, rng))
        writer.ask()
        writer.say(first.assistant, answer)
        writer.hear(self._mishear(said[1], rng))
        writer.ask()
        writer.write(shop.status_call(said[0]).text)
        writer.end("<|observation|>")
        return writer.sample

    def _somebody(self, rng: random.Random) -> Optional[Tuple[str, Sequence[int]]]:
        text = self._exchanges(rng, 1)[0].user
        speech = self._speech.user(text, rng) if text else None
        return None if speech is None else (text, speech)

    @staticmethod
    def _clock(clock: Optional[datetime.datetime]) -> Optional[str]:
        return clock_sentence(clock) if clock else None

    def _exchanges(self, rng: random.Random, count: int) -> List[Exchange]:
        return [rng.choice(self._draw(rng, self._dialogues).exchanges) for _ in range(count)]

    def _heard(self, exchange: Exchange, rng: random.Random) -> Optional[List[int]]:
        if exchange.noise:
            return list(self._speech.noise(rng))
        speech = self._speech.user(exchange.user, rng)
        return None if speech is None else self._mishear(speech, rng)

    def _mishear(self, speech: Sequence[int], rng: random.Random) -> List[int]:
        return [rng.randrange(self._bpe.speech_tokens) if rng.random() < USER_NOISE else token for token in speech]


def pad(samples: List[Sample]) -> Tuple[Tensor, Tensor]:
    longest = max(len(sample.ids) for sample in samples)
    ids = torch.zeros(len(samples), longest, dtype=torch.long)
    weights = torch.zeros(len(samples), longest)
    for row, sample in enumerate(samples):
        ids[row, :len(sample.ids)] = torch.tensor(sample.ids)
        weights[row, :len(sample.ids)] = torch.tensor(sample.weights)
    return ids, weights


def _type(exchange: Exchange, rng: random.Random) -> str:
    """As people type: with or without capitals, full stops and question marks; or letters at random."""
    if exchange.noise:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz   ") for _ in range(rng.randint(4, 24))).strip() or "xq"
    text = exchange.typed
    draw = rng.random()
    if draw < 0.3:
        return text.lower()
    if draw < 0.7:
        text = text[0].upper() + text[1:]
        return text + rng.choice(("", ".", "?", "!"))
    return text
