"""``Repeat after me``: plain sentences of everyday words, drawn from a grammar so that no two runs are alike."""

from __future__ import annotations

import random

from .dialogue import Exchange
from .grammar import Phrasings, expand
from .numbers import cardinal

_REPEAT = Phrasings(
    ("would you say after me, {text}", "would you repeat {text}", "repeat the sentence {text}", "please repeat the words {text}",
     "I want you to repeat {text}", "I want to hear you say {text}", "repeat what I say now, {text}", "speak after me {text}",
     "please speak after me, {text}", "the sentence is {text}, repeat it", "could you say {text}", "could you repeat after me, {text}",
     "say this, {text}", "say this after me, {text}", "let me hear you say {text}", "repeat {text}",
         "repeat after me, {text}", "please repeat after me, {text}", "repeat, {text}", "say {text}", "please say {text}", "say after me, {text}",
         "can you say {text}", "repeat the words {text}", "repeat this, {text}",
     "repeat after me {text}", "say the words {text}", "repeat the following, {text}", "now say {text}", "can you repeat {text}"),
    ("would you say {text}", "please repeat the sentence {text}", "I want you to say {text}", "repeat what I say, {text}", "speak after me, {text}"))
_AGAIN = Phrasings(
    ("come again please", "I didn't hear that", "I didn't get it", "I didn't catch that", "would you say that again", "would you repeat it",
     "say it once more", "say that one more time", "what was that again", "what was it", "repeat it", "repeat your answer", "say it again",
     "I missed that", "please repeat",
         "what did you say", "say that again", "can you repeat that", "repeat that", "repeat that please", "again please", "sorry, what was that",
         "pardon", "please say that again", "could you repeat that", "once more", "once more please",
     "I did not hear you", "what", "excuse me", "I did not understand", "can you say that again", "sorry", "one more time"),
    ("come again", "I didn't get that", "would you repeat that please", "sorry, say that once more", "what was that"))

_PEOPLE = (
    "(I|you|we|they|my (brother|sister|mother|father|friend|teacher|uncle|neighbor)|the (boy|girl|man|woman|doctor|farmer|driver|king|queen|"
    "baker|child)|Anna|Tom|Peter|Maria|John|Lucy)")
_THINGS = (
    "the (red|blue|green|yellow|white|black|old|new|big|small|long|warm|cold|heavy|quiet|) (house|car|boat|train|book|table|window|door|garden|"
    "river|bread|apple|letter|picture|song|coat|hat|dog|cat|horse|bird|stone|tree|flower|bridge|cup|ball|box|key|clock|radio|mountain)")
_ACTIONS = (
    "(saw|found|likes|took|bought|lost|opened|closed|painted|carried|watched|wanted|remembered|heard of|looked at|looked for|walked to|"
    "talked about|sat near|waited for|dreamed of|paid for|ran to)")
_WHERE = (
    "(in the (morning|evening|kitchen|garden|city|forest|rain|snow|winter|summer)|on (Monday|Friday|Sunday|the hill|the beach|the roof|"
    "the way home)|at (home|school|work|night|the station|the market)|near the (lake|river|sea|church|bridge)|with (a friend|great care|"
    "two hands)|yesterday|again|last year|every day|for an hour)")
_PATTERNS = (
    _PEOPLE + " " + _ACTIONS + " " + _THINGS, _PEOPLE + " " + _ACTIONS + " " + _THINGS + " " + _WHERE,
    _THINGS + " is (very |too |not |) (cold|warm|old|new|nice|far away|open|closed|empty|full|gone|mine|yours|broken|beautiful|dangerous)",
    "(there is|I can see|I need|we have|do you have|give me|where is) " + _THINGS,
    "(it is|the weather is|today is|the night is|the water is|the sky is|the soup is) (very |) (cold|warm|dark|bright|good|quiet|blue|wet|nice|hot)",
    "(never|always|please|do not) (open the door|close the window|walk alone|give up|forget me|run so fast|look back|eat so much|speak so loud|"
    "drink cold milk|wake the baby)",
    "(good things take time|practice makes perfect|time is money|better late than never|the early bird catches the worm|every day is a new day|"
    "the quick brown fox jumps over the lazy dog|she sells sea shells|an apple a day keeps the doctor away|all is well that ends well|"
    "home sweet home|the more the merrier|hello world|happy birthday to you|long live the king|ready when you are|see you on the other side)",
    _WHERE + " " + _PEOPLE + " " + _ACTIONS + " " + _THINGS,
)
_WORDS = (
    "apple river stone window seven lemon garden music paper silver monkey table yellow bread winter candle ocean button finger pencil rabbit coffee "
    "mountain letter sugar orange butter island tiger doctor summer kitchen purple basket dragon engine forest guitar hammer jacket kettle ladder "
    "market needle onion pocket ribbon shadow tower violin water zebra").split()


def sentence(rng: random.Random) -> str:
    """A sentence of everyday words, or a few words or numbers in a row; lower case, no full stop."""
    draw = rng.random()
    if draw < 0.12:
        return " ".join(rng.sample(_WORDS, rng.randint(1, 4)))
    if draw < 0.18:
        return " ".join(cardinal(rng.randint(0, 20)) for _ in range(rng.randint(2, 5)))
    return " ".join(expand(rng.choice(_PATTERNS), rng).split())


def exchange(rng: random.Random, split: str) -> Exchange:
    text = sentence(rng)
    user = _REPEAT.pick(rng, split, text=text)
    return Exchange(user=user, intent="repeat", assistant=as_sentence(text), slots={"text": text})


def again(rng: random.Random, split: str, before: Exchange) -> Exchange:
    """Asks for the last answer once more."""
    return Exchange(user=_AGAIN.pick(rng, split), intent="again", assistant=before.assistant, slots={"text": before.assistant})


def as_sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
