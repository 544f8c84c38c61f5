"""What an answer shows of what was understood: patterns over the text of a reply.

The intent of an answer is right when its whole text matches the intent's pattern, its slots when it matches the exchange's own.
A tool call is a text like any other: its name, a line break, its arguments.
"""

from __future__ import annotations

import json
import re
from typing import Dict, Optional, Tuple

from . import arithmetic, limits, shop, smalltalk, tools
from .clock import UNKNOWN
from .dialogue import Exchange

_NUMBER = r"[a-z]+(?:-[a-z]+| hundred(?: and [a-z-]+)?)?"
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"


def _escape(text: str) -> str:
    """A pattern that matches a text alone, for any dialect of regular expressions."""
    return re.sub(r"([\\.^$*+?{}\[\]()|])", r"\\\1", text).replace("\n", r"\n")


def _any_of(answers) -> str:
    return "|".join(_escape(answer) for answer in answers)


def _call(name: str, arguments: str) -> str:
    return rf"{name}\n\{{{arguments}\}}"


def _patterns() -> Dict[str, str]:
    found = {talk.intent: _any_of(talk.answers) for talk in smalltalk.SMALL_TALK + shop.SHOP_FACTS}
    unknown = _escape(UNKNOWN)
    found.update({
        "time": rf"It is (?:.+ (?:in the (?:morning|afternoon|evening)|at night)|midnight|twelve noon)\.|{unknown}",
        "date": rf"Today is {_DAY}, the .+ of {_MONTH}\.|{unknown}",
        "weekday": rf"Today is {_DAY}\.|{unknown}",
        "tomorrow": rf"Tomorrow is {_DAY}\.|{unknown}",
        "month": rf"It is {_MONTH}\.|{unknown}",
        "year": rf"It is twenty [a-z-]+\.|{unknown}",
        "arithmetic": rf"[A-Z]{_NUMBER} (?:plus|minus|times) {_NUMBER} is {_NUMBER}\.",
        "too_big": _escape(arithmetic.TOO_BIG_ANSWER),
        "opening_day": rf"(?:On {_DAY}|Today|Tomorrow) we are (?:open from .+ to .+|closed)\.|{unknown}",
        "opening_now": rf"Yes, we are open now, until .+\.|No, we are closed now\.|{unknown}",
        "ask_order_number": _escape(shop.ASK_NUMBER),
        "no_order_number": _escape(shop.ASK_NUMBER_AGAIN),
        "complaint": rf"I am sorry .+ {_escape(shop.ASK_NUMBER)}",
        "ask_problem": r"(?:Sorry\. )?What is wrong with order \d{4}\?",
        "confirm_complaint": r"So .*order \d{4}.* Is that right\?",
        "order_status": _call("order_status", r'"order_id": "\d{4}"'),
        "file_complaint": _call("file_complaint", r'"order_id": "\d{4}", "problem": "[a-z_]+"'),
        "beyond": r"I cannot help with that\. .+",
        "unclear": _any_of(limits.UNCLEAR),
    })
    found.update({tool.name: _call(tool.name, rf'"{tool.argument}": "[^"\n]+"') for tool in tools.TOOLS})
    # What is said over and over again is nothing that somebody asks to repeat.
    fixed = "|".join(pattern for intent, pattern in found.items() if intent not in ("arithmetic", "month", "weekday"))
    found["repeat"] = rf"(?!(?:{fixed})$)[^\n]+"
    return found


PATTERNS: Dict[str, str] = _patterns()


def expected(exchange: Exchange) -> Tuple[str, Optional[str]]:
    """The pattern of any answer with the right intent, and of one whose slots are right too, where there are slots."""
    whole = exchange.call.text if exchange.call else exchange.assistant
    if exchange.intent == "again":
        return _escape(whole), None
    if exchange.intent == "repeat":
        return _repeats(exchange.slots["text"]), _slots(exchange, whole)
    return PATTERNS[exchange.intent], _slots(exchange, whole)


def _repeats(text: str) -> str:
    """Whatever has one of the three longest words of a text, and is nothing that is said for other reasons."""
    longest = sorted(re.findall(r"[A-Za-z]+", text), key=len)[-3:]
    return rf"(?i:(?=.*\b(?:{'|'.join(longest)})\b){PATTERNS['repeat']})"


def _slots(exchange: Exchange, whole: str) -> Optional[str]:
    if exchange.intent == "repeat":
        return "(?i:" + re.sub(r",|\\\.|'|-", lambda mark: mark[0] + "?", _escape(whole)) + ")"
    if exchange.intent == "complaint":
        return None
    fixed = exchange.call is None and not exchange.slots and exchange.intent not in ("time", "date", "weekday", "tomorrow", "month", "year")
    return None if fixed else _escape(whole)


def intent_of(text: str) -> str:
    """The intent that an answer shows; ``other`` for none."""
    return next((intent for intent, pattern in PATTERNS.items() if re.fullmatch(pattern, text)), "other")


def slots_of_call(text: str) -> Dict[str, str]:
    """The arguments of a well-formed call."""
    return json.loads(text.split("\n", 1)[1])
