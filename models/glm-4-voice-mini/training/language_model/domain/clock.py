"""The time and the date: read off the sentence at the end of the system prompt, where there is one."""

from __future__ import annotations

import datetime
import random
from typing import Callable, Dict, Optional, Tuple

from .dialogue import Exchange
from .grammar import Phrasings
from .numbers import MONTHS, WEEKDAYS, date_words, time_of_day, year

_TIME = Phrasings(
    ("have you got a clock", "what time have you got", "could you tell me what time it is", "can you say the time", "say the time",
     "please say what time it is", "what's the time now", "what is the time at the moment", "at the moment, what time is it",
     "I want to know the time", "I would like to know the time", "I'd like to know the time", "what is the exact time", "the current time please",
     "tell me the current time", "would you tell me what time it is", "how late do we have it", "how late is it right now", "what is the hour",
     "read me the time", "show me the time", "give me the current time",
         "what time is it", "what time is it(,| right) now", "what's the time", "what is the time", "what is the time(,| please| right now)",
     "(can|could) you tell me the time", "tell me the time", "please tell me (the time|what time it is)", "do you (know|have) the time",
     "do you know what time it is", "how late is it", "what does the clock say", "what is the time now", "time please", "what time do we have",
     "the time please", "I need to know the time", "what hour is it", "give me the time", "is it late", "(excuse me,|hey,|okay,) what time is it"),
    ("have you got the time", "could you say what time it is", "what's the time at the moment", "I'd like to know what time it is",
     "what is the current time", "would you tell me the time", "how late is it now", "please say the time"))
_DATE = Phrasings(
    ("what's the date now", "what's the date please", "what is the date of today", "say the date", "could you say the date",
     "could you tell me today's date", "the current date please", "tell me the current date", "which date is today", "which date do we have",
     "what date do we have today", "would you tell me today's date", "I want to know the date", "I'd like to know today's date",
     "I would like to know the date", "read me the date",
         "what is the date", "what's the date", "what is the date today", "what's today's date", "what is today's date", "what date is (it|today)",
     "(can|could) you tell me the date", "tell me the date", "tell me today's date", "which date is (it|today)", "what day of the month is it",
     "what is today", "the date please", "do you know the date", "do you know what date it is", "I need the date", "give me the date",
     "give me today's date"),
    ("what's the date of today", "could you say today's date", "what is the current date", "which date do we have today",
     "would you tell me the date",
     "I'd like to know the date"))
_WEEKDAY = Phrasings(
    ("what day of the week is today", "what day of the week do we have", "could you tell me which day it is", "could you tell me the day",
     "can you tell me what day it is", "which day of the week is it", "which day of the week do we have", "please tell me what day it is",
     "please tell me the day of the week", "tell me today's weekday", "tell me the weekday", "which weekday is it", "which weekday is today",
     "what day are we on", "I'd like to know what day it is",
         "what day is it", "what day is (it |)today", "which day is it", "which day is (it |)today", "what day of the week is it",
         "what weekday is it",
     "what weekday is today", "tell me what day it is", "do you know what day it is", "what day do we have today",
     "is today (Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
     "is it (Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday) today"),
    ("what day of the week is it today", "could you tell me what day it is", "which day of the week is today", "please tell me today's weekday",
     "which weekday do we have"))
_TOMORROW = Phrasings(
    ("what day of the week will tomorrow be", "what day will tomorrow be", "tell me tomorrow's weekday",
     "could you tell me which day comes tomorrow", "which day of the week is tomorrow", "could you tell me what day tomorrow is",
     "can you tell me which day is tomorrow", "which weekday is tomorrow", "what will tomorrow be", "which day comes tomorrow",
     "which day will it be tomorrow", "what day do we have tomorrow",
         "what day is tomorrow", "which day is tomorrow", "what day will it be tomorrow", "what weekday is tomorrow", "what day is it tomorrow",
     "tell me what day tomorrow is", "and tomorrow", "what is tomorrow", "do you know what day is tomorrow"),
    ("what day of the week is tomorrow", "could you tell me what day it is tomorrow", "which weekday will be tomorrow"))
_MONTH = Phrasings(
    ("which month are we", "what's the month", "what's the month please", "tell me what month it is", "what is the current month",
     "tell me the current month", "could you tell me which month it is", "can you tell me the month", "do you know the month",
     "do you know what month it is", "the month please", "what month is this", "which month is this", "in which month are we now",
         "what month is it", "which month is it", "what month do we have", "what month are we in", "tell me the month", "what is the month",
         "which month is it now"),
    ("which month are we in", "could you tell me the month", "what's the current month"))
_YEAR = Phrasings(
    ("which year are we", "what's the year", "tell me what year it is", "what is the current year", "tell me the current year",
     "could you tell me which year it is", "can you tell me the year", "do you know the year", "do you know what year it is", "the year please",
     "what year is this", "which year is this", "in which year are we now",
         "what year is it", "which year is it", "what year do we have", "what year are we in", "tell me the year", "what is the year",
         "which year is it now"),
    ("which year are we in", "could you tell me the year", "what's the current year"))

_Answer = Callable[[datetime.datetime], str]
_QUESTIONS: Dict[str, Tuple[int, Phrasings, _Answer]] = {
    "time": (8, _TIME, lambda now: f"It is {time_of_day(now.hour, now.minute)}."),
    "date": (4, _DATE, lambda now: f"Today is {date_words(now)}."),
    "weekday": (3, _WEEKDAY, lambda now: f"Today is {WEEKDAYS[now.weekday()]}."),
    "tomorrow": (1, _TOMORROW, lambda now: f"Tomorrow is {WEEKDAYS[(now.weekday() + 1) % 7]}."),
    "month": (1, _MONTH, lambda now: f"It is {MONTHS[now.month - 1]}."),
    "year": (1, _YEAR, lambda now: f"It is {year(now.year)}."),
}


UNKNOWN = "I am sorry, nobody told me what time it is."
_NO_CLOCK = 0.07


def random_clock(rng: random.Random) -> datetime.datetime:
    """A minute of the years 2025 to 2034, by day more often than by night."""
    day = datetime.date(2025, 1, 1) + datetime.timedelta(days=rng.randrange(3652))
    hour = rng.randrange(7, 23) if rng.random() < 0.8 else rng.randrange(24)
    return datetime.datetime(day.year, day.month, day.day, hour, rng.randrange(60))


def maybe_clock(rng: random.Random) -> Optional[datetime.datetime]:
    """A minute; now and then none, as with a caller that tells the model nothing."""
    return None if rng.random() < _NO_CLOCK else random_clock(rng)


def exchange(rng: random.Random, split: str, clock: Optional[datetime.datetime]) -> Exchange:
    """A question about the clock or the calendar."""
    names = list(_QUESTIONS)
    intent = rng.choices(names, [_QUESTIONS[name][0] for name in names])[0]
    _, phrasings, answer = _QUESTIONS[intent]
    text = UNKNOWN if clock is None else answer(clock)
    return Exchange(user=phrasings.pick(rng, split), intent=intent, assistant=text)
