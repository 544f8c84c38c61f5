"""A dialogue: what was said, what was meant, what is answered."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from typing import Dict, List, Optional

from .numbers import MONTHS, WEEKDAYS, spoken

_CLOCK = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class ToolCall:
    """A call in the text channel, in GLM-4's form: the tool's name, a line break, the arguments as JSON on one line."""

    name: str
    arguments: Dict[str, str]

    @property
    def text(self) -> str:
        return f"{self.name}\n{json.dumps(self.arguments, ensure_ascii=False)}"


@dataclass
class Exchange:
    """One utterance and the reply to it.

    user: the words as they are spoken, numbers in words. typed: the same as somebody would type it.
    assistant: the reply's text, which is also what is spoken. With a tool, the reply is the call alone; the tool's answer
    comes back as `observation`, and `assistant` speaks it.
    """

    user: str
    intent: str
    assistant: str = ""
    typed: str = ""
    slots: Dict[str, str] = field(default_factory=dict)
    call: Optional[ToolCall] = None
    observation: Optional[str] = None
    noise: bool = False
    """The user's speech is noise, or too damaged to be understood; `user` is empty."""

    def __post_init__(self) -> None:
        if not self.typed:
            self.typed = self.user
        if self.observation is not None:
            self.assistant = self.observation

    def to_json(self) -> dict:
        return {
            "user": self.user, "typed": self.typed, "intent": self.intent, "slots": self.slots,
            "call": self.call.text if self.call else None, "observation": self.observation,
            "assistant": self.assistant, "spoken": spoken(self.assistant), "noise": self.noise,
        }


@dataclass
class Dialogue:
    """Exchanges of one conversation, and the time at which it began, if the model is told."""

    clock: Optional[datetime.datetime]
    split: str
    exchanges: List[Exchange]

    @property
    def clock_text(self) -> Optional[str]:
        """``2026-11-25T14:05``."""
        return self.clock.strftime(_CLOCK) if self.clock else None

    def to_json(self) -> dict:
        return {"clock": self.clock_text, "split": self.split, "turns": [e.to_json() for e in self.exchanges]}


def parse_clock(text: str) -> datetime.datetime:
    """Reads ``2026-11-25T14:05``."""
    return datetime.datetime.strptime(text, _CLOCK)


def clock_sentence(clock: datetime.datetime) -> str:
    """What the system prompt says about the time: ``It is 14:05 on Wednesday, 25 November 2026.``"""
    return f"It is {clock:%H:%M} on {WEEKDAYS[clock.weekday()]}, {clock.day} {MONTHS[clock.month - 1]} {clock.year}."
