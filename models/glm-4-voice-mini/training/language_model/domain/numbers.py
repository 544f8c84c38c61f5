"""Numbers, order numbers, times and dates in words."""

from __future__ import annotations

import datetime
import re
from typing import Optional

_ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
         "seventeen eighteen nineteen").split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def cardinal(number: int) -> str:
    """A whole number below a million in words: ``forty-two``."""
    if number < 0:
        return "minus " + cardinal(-number)
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_ONES[hundreds]} hundred" + (f" and {cardinal(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    return f"{cardinal(thousands)} thousand" + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """``twenty-first``."""
    head, dash, last = cardinal(number).rpartition("-")
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return head + dash + last


def digit_by_digit(digits: str, zero: str = "zero") -> str:
    """``4702`` as ``four seven zero two``; `zero` is what 0 is called."""
    return " ".join(zero if digit == "0" else _ONES[int(digit)] for digit in digits)


def order_number_of(words: str) -> Optional[str]:
    """``four seven oh two`` as ``4702``; None for anything but four digits."""
    digits = ["0" if word == "oh" else str(_ONES.index(word)) for word in words.split() if word == "oh" or word in _ONES[:10]]
    return "".join(digits) if len(digits) == 4 == len(words.split()) else None


def in_pairs(digits: str) -> str:
    """``4712`` as ``forty-seven twelve``; four digits whose pairs begin with no zero."""
    return f"{cardinal(int(digits[:2]))} {cardinal(int(digits[2:]))}"


def year(number: int) -> str:
    """``twenty twenty-six``."""
    century, rest = divmod(number, 100)
    return f"{cardinal(century)} {cardinal(rest)}" if rest > 9 else cardinal(number)


def time_of_day(hour: int, minute: int) -> str:
    """``two oh five in the afternoon``, on a clock of twelve hours."""
    if (hour, minute) == (0, 0):
        return "midnight"
    if (hour, minute) == (12, 0):
        return "twelve noon"
    if hour < 5 or hour >= 21:
        part = "at night"
    elif hour < 12:
        part = "in the morning"
    elif hour < 18:
        part = "in the afternoon"
    else:
        part = "in the evening"
    return f"{clock_words(hour % 12 or 12, minute)} {part}"


def clock_words(hour: int, minute: int) -> str:
    """``two oh five``, ``three o'clock``."""
    if minute == 0:
        return f"{cardinal(hour)} o'clock"
    return f"{cardinal(hour)} oh {cardinal(minute)}" if minute < 10 else f"{cardinal(hour)} {cardinal(minute)}"


def date_words(date: datetime.date) -> str:
    """``Wednesday, the twenty-fifth of November``."""
    return f"{WEEKDAYS[date.weekday()]}, the {ordinal(date.day)} of {MONTHS[date.month - 1]}"


def spoken(text: str) -> str:
    """A written text as it is read aloud: numbers in words, order numbers (four digits) digit by digit."""
    text = re.sub(r"\b(\d{1,2}):(\d\d)\b", lambda m: clock_words(int(m[1]), int(m[2])), text)
    text = re.sub(r"\b\d{4}\b", lambda m: digit_by_digit(m[0]), text)
    text = re.sub(r"\d+", lambda m: cardinal(int(m[0])) if len(m[0]) < 7 else digit_by_digit(m[0]), text)
    return text.replace("%", " percent")
