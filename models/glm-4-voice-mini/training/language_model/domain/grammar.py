"""Phrasings as small patterns: ``(please |)what(| is|'s) the time`` stands for six sentences."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import List, Tuple, Union

TRAIN = "train"
HELD_OUT = "held-out"

Part = Union[str, "Choice"]


@dataclass(frozen=True)
class Choice:
    """Alternatives in parentheses; each is a sequence of parts."""

    options: Tuple[Tuple[Part, ...], ...]


@lru_cache(maxsize=None)
def parse(pattern: str) -> Tuple[Part, ...]:
    """Reads a pattern: text, and ``(a|b|)`` for one of a, b and nothing, nested as needed."""
    parts, end = _parse_sequence(pattern, 0)
    if end != len(pattern):
        raise ValueError(f"{pattern!r}: unbalanced at {end}")
    return parts


def _parse_sequence(pattern: str, start: int) -> Tuple[Tuple[Part, ...], int]:
    parts: List[Part] = []
    text = ""
    i = start
    while i < len(pattern) and pattern[i] not in "|)":
        if pattern[i] == "(":
            options = []
            while True:
                option, i = _parse_sequence(pattern, i + 1)
                options.append(option)
                if i >= len(pattern):
                    raise ValueError(f"{pattern!r}: a parenthesis is open")
                if pattern[i] == ")":
                    break
            if text:
                parts.append(text)
                text = ""
            parts.append(Choice(tuple(options)))
        else:
            text += pattern[i]
        i += 1
    if text:
        parts.append(text)
    return tuple(parts), i


def expand(pattern: str, rng: random.Random) -> str:
    """One sentence of a pattern; every alternative is as likely as its neighbours."""
    return _expand(parse(pattern), rng)


def _expand(parts: Tuple[Part, ...], rng: random.Random) -> str:
    return "".join(part if isinstance(part, str) else _expand(rng.choice(part.options), rng) for part in parts)


def sentences(pattern: str) -> List[str]:
    """All sentences of a pattern."""
    return _sentences(parse(pattern))


def _sentences(parts: Tuple[Part, ...]) -> List[str]:
    found = [""]
    for part in parts:
        endings = [part] if isinstance(part, str) else [s for option in part.options for s in _sentences(option)]
        found = [left + right for left in found for right in endings]
    return found


@dataclass(frozen=True)
class Phrasings:
    """How something is said: the patterns that are trained on, and those kept for measuring."""

    train: Tuple[str, ...]
    held_out: Tuple[str, ...]

    def pick(self, rng: random.Random, split: str, **slots: str) -> str:
        """One sentence of a split, with ``{name}`` replaced by the slot's words."""
        pattern = rng.choice(self.train if split == TRAIN else self.held_out)
        return expand(pattern, rng).format(**slots)


def one_of(*choices: str):
    """Something to say of which one is drawn."""
    return choices
