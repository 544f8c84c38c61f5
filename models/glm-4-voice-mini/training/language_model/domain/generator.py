"""Puts exchanges together to dialogues: the same seed gives the same dialogues."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from typing import Iterator, List, Optional

from . import arithmetic, clock as clocks, limits, repeating, shop, smalltalk, tools
from .dialogue import Dialogue, Exchange

_OPENERS = ("hey, ", "okay, ", "um, ", "so, ", "well, ", "excuse me, ", "hi, ", "hello, ", "hey Mini, ", "Mini, ", "now ", "and ", "uh, ",
"okay so ", "tell me, ")
_CLOSERS = (" please", ", please", " then", ", thank you", " now")
# Where a word at the end would become part of what was said.
_NO_CLOSER = {"repeat", "order_status", "confirm_complaint", "ask_problem", "arithmetic", "beyond", *(tool.name for tool in tools.TOOLS)}
_BARE = {"repeat", "again", "wait", "goodbye"}

_TOPICS = {
    "small talk": 24, "clock": 13, "sum": 17, "shop facts": 9, "opening": 6, "status": 11, "complaint": 10, "repeat": 11, "tool": 22, "beyond": 11,
    "unclear": 2, "too big": 2}


def dialogues(count: int, split: str, seed: int) -> Iterator[Dialogue]:
    """`count` dialogues of a split."""
    for number in range(count):
        yield numbered(number, split, seed)


def numbered(number: int, split: str, seed: int) -> Dialogue:
    """One of the dialogues of a seed."""
    return dialogue(random.Random(f"{seed} {split} {number}"), split)


def dialogue(rng: random.Random, split: str) -> Dialogue:
    """One dialogue of one to four topics."""
    clock = clocks.maybe_clock(rng)
    exchanges: List[Exchange] = []
    for _ in range(rng.choices((1, 2, 3, 4), (62, 22, 11, 5))[0]):
        topic = rng.choices(list(_TOPICS), list(_TOPICS.values()))[0]
        for exchange in _topic(topic, rng, split, clock):
            if exchange.intent != "unclear" and rng.random() < 0.03:
                exchanges.append(limits.unclear(rng))
            exchanges.append(_polish(exchange, rng))
        if rng.random() < 0.05 and exchanges[-1].intent != "unclear":
            exchanges.append(repeating.again(rng, split, exchanges[-1]))
    return Dialogue(clock, split, exchanges)


def _topic(topic: str, rng: random.Random, split: str, clock: Optional[datetime.datetime]) -> List[Exchange]:
    if topic == "small talk":
        return [rng.choice(smalltalk.SMALL_TALK).exchange(rng, split)]
    if topic == "clock":
        return [clocks.exchange(rng, split, clock)]
    if topic == "sum":
        return _sums(rng, split)
    if topic == "shop facts":
        return [shop.facts(rng, split)]
    if topic == "opening":
        return [shop.opening_on_day(rng, split, clock)]
    if topic == "status":
        return shop.status(rng, split)
    if topic == "complaint":
        return shop.complaint(rng, split)
    if topic == "repeat":
        return [repeating.exchange(rng, split)]
    if topic == "tool":
        return [tools.exchange(rng, split)]
    if topic == "beyond":
        return [limits.beyond(rng, split)]
    if topic == "too big":
        return [arithmetic.too_big(rng, split)]
    return [limits.unclear(rng)]


def _sums(rng: random.Random, split: str) -> List[Exchange]:
    exchanges = [arithmetic.exchange(rng, split)]
    if rng.random() < 0.06:
        exchanges.append(arithmetic.exchange(rng, split, correction=True))
    while rng.random() < 0.25:
        step: Optional[Exchange] = arithmetic.going_on(rng, split, exchanges[-1])
        if step is None:
            break
        exchanges.append(step)
    return exchanges


def _polish(exchange: Exchange, rng: random.Random) -> Exchange:
    """Now and then an opening or closing word, as people say them."""
    if exchange.noise or exchange.intent in _BARE:
        return exchange
    before = rng.choice(_OPENERS) if rng.random() < 0.1 else ""
    after = rng.choice(_CLOSERS) if rng.random() < 0.08 and exchange.intent not in _NO_CLOSER else ""
    return replace(exchange, user=f"{before}{exchange.user}{after}", typed=f"{before}{exchange.typed}{after}")
