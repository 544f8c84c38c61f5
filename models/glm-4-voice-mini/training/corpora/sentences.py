"""What synthetic users say: the model's own domain, books in the public domain, prompts of the human corpora, lists of words and numbers."""

import random
import re
from pathlib import Path
from typing import Callable

from language_model.domain.generator import dialogues
from language_model.domain.grammar import HELD_OUT, TRAIN

DIGITS = "zero one two three four five six seven eight nine oh".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ALLOWED = re.compile(r"[a-z' ]+")


def normalized(text: str) -> str:
    """Lower case letters, apostrophes and single spaces: the alphabet of the tokenizer's character loss."""
    text = text.lower().replace("’", "'").replace("-", " ").replace("—", " ")
    return " ".join(re.sub(r"[^a-z' ]", " ", text).split())


def _book_sentences(folder: Path) -> list[str]:
    sentences = []
    for book in sorted(folder.glob("*.txt")):
        text = re.sub(r"\s+", " ", book.read_text(errors="ignore"))
        for sentence in re.split(r"(?<=[.!?;:])[\"”']* ", text):
            if not re.search(r"[\d_*\[\]]", sentence):
                words = normalized(sentence).split()
                for start in range(0, len(words), 12):
                    if len(words[start : start + 12]) >= 2:
                        sentences.append(" ".join(words[start : start + 12]))
    return sentences


def _dictionary_words(dictionary: Path) -> list[str]:
    words = [line.split()[0] for line in dictionary.read_text().splitlines() if line]
    return [word for word in words if _ALLOWED.fullmatch(word) and 2 < len(word) < 12]


def _number(source: random.Random) -> str:
    kind = source.random()
    if kind < 0.35:
        return " ".join(source.choice(DIGITS) for _ in range(source.randint(1, 7)))
    if kind < 0.6:
        return source.choice(DIGITS[:10] + TEENS + TENS)
    if kind < 0.9:
        return f"{source.choice(TENS)} {source.choice(DIGITS[1:10])}"
    return f"{source.choice(DIGITS[1:10])} hundred and {source.choice(TENS)} {source.choice(DIGITS[1:10])}"


class Sentences:
    """Draws sentences. held_out: from the domain's held-out phrasings in place of those of training."""

    def __init__(self, books: Path, prompts: list[str], seed: int, held_out: bool = False) -> None:
        self._random = random.Random(seed)
        made = dialogues(8000, HELD_OUT if held_out else TRAIN, seed)
        said = {normalized(exchange.user) for dialogue in made for exchange in dialogue.exchanges if exchange.user}
        domain = sorted(text for text in said if text)
        book = _book_sentences(books)
        words = _dictionary_words(Path("/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict"))
        pick = self._random.choice
        self._sources: list[tuple[float, Callable[[], str]]] = [
            (0.42, lambda: pick(domain)),
            (0.28, lambda: pick(book)),
            (0.12 if prompts else 0, lambda: normalized(pick(prompts))),
            (0.08, lambda: " ".join(pick(words) for _ in range(self._random.randint(1, 5)))),
            (0.10, lambda: _number(self._random)),
        ]

    def draw(self) -> str:
        weights, sources = zip(*self._sources)
        return self._random.choices(sources, weights)[0]()
