"""Sums with small numbers, and sums that go on from the last result."""

from __future__ import annotations

import random
import re
from typing import List, Optional, Tuple

from .dialogue import Exchange
from .grammar import Phrasings
from .numbers import cardinal

TOO_BIG_ANSWER = "That is too hard for me. I only do small sums. You can ask me to think hard about it."

_OPERATORS = {
    "+": (("plus", "and", "added to"), "plus"),
    "-": (("minus", "less"), "minus"),
    "*": (("times", "multiplied by"), "times"),
}
_SUM = Phrasings(
    ("could you calculate {sum}", "could you tell me what {sum} is", "work out what {sum} is", "can you work out {sum}", "please work out {sum}",
     "I want to know {sum}", "I want to know what {sum} is", "I'd like to know {sum}", "what would {sum} make", "how much would {sum} be",
     "give me {sum}", "give me the result of {sum}", "give me the answer, {sum}", "the answer to {sum}", "what is the answer to {sum}",
     "please tell me {sum}", "please tell me what {sum} is", "can you solve {sum}", "please solve {sum}", "how many is that, {sum}",
     "how many are {sum}", "so what is {sum}", "let's calculate, {sum}", "quick, what is {sum}", "do the math, {sum}", "say {sum} is how much",
     "try {sum}", "next, {sum}", "and {sum}", "now {sum}", "a sum for you, {sum}", "{sum} makes", "{sum} is how much", "{sum} makes what",
         "what is {sum}", "what's {sum}", "how much is {sum}", "{sum}", "calculate {sum}", "what does {sum} make", "what do you get for {sum}",
         "tell me {sum}",
     "tell me what {sum} is", "can you tell me what {sum} is", "please calculate {sum}", "do you know what {sum} is", "compute {sum}",
     "what about {sum}",
     "{sum} is", "{sum} equals", "and what is {sum}", "can you calculate {sum}", "hey, what is {sum}", "{sum} please", "what is the result of {sum}"),
    ("could you work out {sum}", "I want to know how much {sum} is", "what would {sum} be", "give me the answer to {sum}", "work out {sum}",
     "please tell me the result of {sum}", "solve {sum}", "how many is {sum}"))
_OTHER_SUMS = {
    "+": Phrasings(("can you add {a} and {b}", "could you add {b} to {a}", "the sum of {a} and {b}", "what do {a} and {b} make together",
    "{a} and {b} together", "add up {a} and {b}", "add {a} plus {b} for me", "sum up {a} and {b}",
         "add {a} and {b}", "add {b} to {a}", "what is the sum of {a} and {b}", "please add {a} and {b}"),
                   ("can you add {a} and {b} for me", "the sum of {a} and {b} please")),
    "-": Phrasings(("can you subtract {b} from {a}", "could you take {b} away from {a}", "{a} take away {b}", "what is {a} take away {b}",
    "{b} from {a} please", "please subtract {b} from {a}", "the difference of {a} and {b}", "what is left of {a} without {b}",
         "take {b} away from {a}", "subtract {b} from {a}", "what is {b} less than {a}", "take {b} from {a}"),
                   ("can you subtract {b} from {a} for me", "{a} take away {b} please")),
    "*": Phrasings(("can you multiply {a} by {b}", "could you multiply {a} and {b}", "the product of {a} and {b}",
    "what is the product of {a} and {b}", "{a} multiplied with {b}", "please multiply {a} and {b}",
         "multiply {a} by {b}", "multiply {a} and {b}", "multiply {a} with {b}", "please multiply {a} by {b}"),
                   ("can you multiply {a} by {b} for me", "the product of {a} and {b} please")),
}
_GOING_ON = {
    "+": Phrasings(("please add {b}", "please add {b} to it", "and what if I add {b}", "what if you add {b} more", "put {b} more on it",
    "put {b} to that", "{b} more", "and another {b}", "on top of that {b}", "now put {b} on it",
         "plus {b}", "and plus {b}", "add {b}", "now add {b}", "add {b} to (that|it)", "and {b} more", "then add {b}", "and now plus {b}"),
                   ("please add {b} more", "and what if you add {b}", "put {b} on top")),
    "-": Phrasings(("please subtract {b}", "please take away {b}", "and what if I take away {b}", "what if you take {b} away", "remove {b}",
    "remove {b} from that", "{b} less", "and {b} less", "now minus {b}", "take {b} from it",
         "minus {b}", "and minus {b}", "take away {b}", "now take away {b}", "subtract {b}", "subtract {b} from that", "then minus {b}"),
                   ("please take {b} away", "and what if you subtract {b}", "now remove {b}")),
    "*": Phrasings(("please multiply by {b}", "please multiply it by {b}", "and what if I multiply by {b}", "what if you multiply that by {b}",
    "multiply the result by {b}", "the result times {b}", "now multiply it by {b}", "and then times {b}",
         "times {b}", "and times {b}", "multiply (that|it) by {b}", "now times {b}", "and that times {b}", "now multiply by {b}"),
                   ("please multiply the result by {b}", "and what if you multiply it by {b}")),
}
_TOO_BIG = Phrasings(
    ("work out what {sum} is", "could you calculate {sum}", "can you work out {sum}", "what is the root of {b} hundred",
     "how many times does {b} fit into {a}", "how often does {b} go into {a}", "tell me {sum}", "please solve {sum}",
     "what is {a} to the power of {b}", "{a} divided by {b}",
         "what is {sum}", "what's {sum}", "how much is {sum}", "{sum}", "calculate {sum}", "what is the square root of {a}",
         "what is {a} divided by {b}",
     "divide {a} by {b}", "what is {a} percent of {b}", "how much is {a} divided by {b}"),
    ("could you work out {sum}", "work out {sum}", "what is the root of {a}", "how many times does {b} go into {a}"))
_CORRECTION = Phrasings(
    ("wrong, {sum}", "wrong, I said {sum}", "not that, I said {sum}", "that's not it, {sum}", "I asked for {sum}", "no, I want {sum}",
     "I did not say that, {sum}", "not quite, I said {sum}",
         "no, {sum}", "no, I said {sum}", "I meant {sum}", "no, I meant {sum}", "I said {sum}", "sorry, I mean {sum}", "no no, {sum}"),
    ("that's not it, I asked for {sum}", "not that, {sum}", "wrong, I want {sum}"))


def result_of(a: int, operator: str, b: int) -> int:
    return a + b if operator == "+" else a - b if operator == "-" else a * b


def operands(rng: random.Random) -> Tuple[int, str, int]:
    """Numbers whose sum is within reach: + to 20 + 20, − from 40 down to 0, × to 12 × 12."""
    operator = rng.choices("+-*", (5, 3, 3))[0]
    if operator == "+":
        return rng.randint(0, 20), operator, rng.randint(0, 20)
    if operator == "-":
        a = rng.randint(1, 20) if rng.random() < 0.7 else rng.randint(20, 40)
        return a, operator, rng.randint(0, min(a, 20))
    return rng.randint(0, 12), operator, rng.randint(0, 12)


def answer(a: int, operator: str, b: int) -> str:
    sentence = f"{cardinal(a)} {_OPERATORS[operator][1]} {cardinal(b)} is {cardinal(result_of(a, operator, b))}."
    return sentence[0].upper() + sentence[1:]


def exchange(rng: random.Random, split: str, correction: bool = False) -> Exchange:
    """A whole sum."""
    a, operator, b = operands(rng)
    if not correction and rng.random() < 0.15:
        user = _OTHER_SUMS[operator].pick(rng, split, a=cardinal(a), b=cardinal(b))
    else:
        words = _OPERATORS[operator][0]
        operator_word = words[0] if rng.random() < 0.8 else rng.choice(words)
        user = (_CORRECTION if correction else _SUM).pick(rng, split, sum=f"{cardinal(a)} {operator_word} {cardinal(b)}")
    return Exchange(user=user, typed=_typed(rng, user, a, operator, b), intent="arithmetic", assistant=answer(a, operator, b),
                    slots={"a": str(a), "operator": operator, "b": str(b), "result": str(result_of(a, operator, b))})


def going_on(rng: random.Random, split: str, before: Exchange) -> Optional[Exchange]:
    """The next step from a result, while it stays small."""
    a = int(before.slots["result"])
    steps: List[Tuple[str, int]] = [("+", b) for b in range(1, 13) if a + b <= 60] + [("-", b) for b in range(1, 13) if a >= b]
    steps += [("*", b) for b in range(2, 6) if a <= 12] * 2
    if not steps or a > 60:
        return None
    operator, b = rng.choice(steps)
    user = _GOING_ON[operator].pick(rng, split, b=cardinal(b))
    return Exchange(user=user, typed=_typed(rng, user, a, operator, b), intent="arithmetic", assistant=answer(a, operator, b),
                    slots={"a": str(a), "operator": operator, "b": str(b), "result": str(result_of(a, operator, b))})


def too_big(rng: random.Random, split: str) -> Exchange:
    """A sum that is beyond the model, which says so."""
    a, b = rng.randint(101, 999), rng.choice([rng.randint(2, 99), rng.randint(100, 999)])
    if rng.random() < 0.3:
        a, b = a * 10 + rng.randint(0, 9), rng.randint(50, 999)
    words = {"a": cardinal(a), "b": cardinal(b), "sum": f"{cardinal(a)} {rng.choice(('plus', 'minus', 'times', 'divided by'))} {cardinal(b)}"}
    user = _TOO_BIG.pick(rng, split, **words)
    return Exchange(user=user, intent="too_big", assistant=TOO_BIG_ANSWER)


def _typed(rng: random.Random, user: str, a: int, operator: str, b: int) -> str:
    """Digits for words and, half of the time, signs."""
    if rng.random() < 0.3:
        return user
    typed = user
    for number in sorted({a, b}, key=lambda n: -len(cardinal(n))):
        typed = re.sub(rf"(?<![\w-]){re.escape(cardinal(number))}(?![\w-])", str(number), typed)
    if rng.random() < 0.5:
        sign = {"+": "+", "-": "-", "*": rng.choice("*x")}[operator]
        typed = re.sub(r"(\d+) (plus|minus|times) (\d+)", rf"\1 {sign} \3" if rng.random() < 0.7 else rf"\1{sign}\3", typed)
    return typed
