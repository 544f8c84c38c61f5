"""The one form of every conversation, in token ids: exactly what the product's prompt builder writes and its reply router reads.

::

    [gMASK]<sop><|system|>\\n{system}<|user|>\\n{user}<|assistant|>streaming_transcription\\n{reply}<|user|>…

A spoken user is ``<|begin_of_audio|>`` speech tokens ``<|end_of_audio|>``, a typed one is text. A reply is 13 text tokens, 26
speech tokens, 13, 26 … and, once the text has ended, speech alone; it ends with ``<|user|>``. A tool call is text alone,
``name\\n{json}``, and ends with ``<|observation|>``; the tool's answer follows as ``\\n{text}<|assistant|>streaming_transcription\\n``
and is spoken word for word, as is any text that comes as an observation. After ``<|assistant|>transcription\\n`` comes what the
user said, as text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional, Sequence

from .bpe import Bpe

SPEECH_PROMPT = ("User will provide you with a speech instruction. Do it step by step. First, think about the instruction and respond in a "
                 "interleaved manner, with 13 text token followed by 26 audio tokens. ")
TEXT_PROMPT = ("User will provide you with a text instruction. Do it step by step. First, think about the instruction and respond in a "
               "interleaved manner, with 13 text token followed by 26 audio tokens.")
TEXT_GROUP = 13
SPEECH_GROUP = 26
TEXT_WEIGHT = 3.0
SPEECH_WEIGHT = 1.0


def system_prompt(spoken: bool, clock: Optional[str]) -> str:
    """The published prompt, and after it the sentence that says what time it is."""
    prompt = SPEECH_PROMPT if spoken else TEXT_PROMPT
    return prompt if clock is None else prompt.rstrip() + " " + clock


@dataclass
class Sample:
    """Ids, the weight of each as something to predict (0: it is only read), and where the user's speech lies."""

    ids: List[int] = field(default_factory=list)
    weights: List[float] = field(default_factory=list)
    heard: List[bool] = field(default_factory=list)


class PromptWriter:
    """Writes one conversation."""

    def __init__(self, bpe: Bpe, spoken: bool = True, clock: Optional[str] = None) -> None:
        self._bpe = bpe
        self._cut = False
        self.sample = Sample()
        self._read(self._special("[gMASK]", "<sop>", "<|system|>") + bpe.encode("\n" + system_prompt(spoken, clock)))

    def hear(self, speech: Sequence[int]) -> None:
        """A turn of the user's speech: codebook indices."""
        self._read(self._special("<|user|>") + self._bpe.encode("\n") + self._special("<|begin_of_audio|>"))
        self._add([self._bpe.first_speech + token for token in speech], 0.0, heard=True)
        self._read(self._special("<|end_of_audio|>"))

    def read(self, text: str) -> None:
        """A turn of the user's writing."""
        self._read(self._special("<|user|>") + self._bpe.encode("\n" + text))

    def observe(self, text: str) -> None:
        """A tool's answer, or anything that is to be spoken."""
        self._read(self._special("<|observation|>") + self._bpe.encode("\n" + text))

    def ask(self, slot: str = "streaming_transcription") -> None:
        """Asks for the reply."""
        self._read(self._special("<|assistant|>") + self._bpe.encode(slot + "\n"))

    def say(self, text: str, speech: Sequence[int]) -> None:
        """A spoken reply, without its end."""
        words = self._bpe.encode(text)
        tokens = [self._bpe.first_speech + token for token in speech]
        while words or tokens:
            self._add(words[:TEXT_GROUP], TEXT_WEIGHT)
            words = words[TEXT_GROUP:]
            count = SPEECH_GROUP if words else len(tokens)
            self._add(tokens[:count], SPEECH_WEIGHT)
            tokens = tokens[count:]

    def begin(self, text: str) -> None:
        """The first words of a reply, during which the user spoke."""
        self._add(self._bpe.encode(text)[:TEXT_GROUP], TEXT_WEIGHT)
        self._cut = True

    def interrupt(self, tokens: int) -> None:
        """Leaves out the last tokens of the reply: the user spoke over it, and what comes next is not its end."""
        for values in (self.sample.ids, self.sample.weights, self.sample.heard):
            del values[len(values) - tokens:]
        self._cut = True

    def write(self, text: str) -> None:
        """A reply without speech: a tool call, or what the user said."""
        self._add(self._bpe.encode(text), TEXT_WEIGHT)

    def end(self, stop: str = "<|user|>") -> None:
        """The end of a reply that nothing follows; otherwise the next turn's first token is the end."""
        self._add(self._special(stop), 0.0 if self._cut else TEXT_WEIGHT)

    def _special(self, *names: str) -> List[int]:
        return [self._bpe.specials[name] for name in names]

    def _read(self, ids: Sequence[int]) -> None:
        # What follows a reply ends it, so it is learned.
        replied = bool(self.sample.weights) and self.sample.weights[-1] > 0 and not self._cut
        self._cut = False
        self._add(ids[:1], TEXT_WEIGHT if replied else 0.0)
        self._add(ids[1:], 0.0)

    def _add(self, ids: Sequence[int], weight: float, heard: bool = False) -> None:
        self.sample.ids.extend(ids)
        self.sample.weights.extend([weight] * len(ids))
        self.sample.heard.extend([heard] * len(ids))
