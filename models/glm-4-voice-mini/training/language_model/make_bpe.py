"""Learns the byte-pair encoding."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Iterator, Tuple

from common.log import say

from .bpe import Bpe, train
from .domain import clock as clocks
from .domain.dialogue import clock_sentence
from .domain.generator import dialogues
from .domain.grammar import TRAIN
from .prompts import SPEECH_PROMPT, TEXT_PROMPT

DIALOGUES = 30_000
# Beside so many dialogues a book's word is rare; this brings everyday English to about a third of all.
BOOK_WEIGHT = 2
CONTEXT = 4096


def texts(books: Path) -> Iterator[Tuple[str, int]]:
    """What the model reads and writes, and books for all other English, each with its weight."""
    rng = random.Random(1)
    yield SPEECH_PROMPT, DIALOGUES // 2
    yield TEXT_PROMPT, DIALOGUES // 2
    yield "\nstreaming_transcription\n", DIALOGUES
    yield "\ntranscription\n", DIALOGUES
    for _ in range(2000):
        yield " " + clock_sentence(clocks.random_clock(rng)), 10
    for dialogue in dialogues(DIALOGUES, TRAIN, 1):
        for exchange in dialogue.exchanges:
            for text in {exchange.user, exchange.typed, exchange.assistant, exchange.call.text if exchange.call else ""}:
                yield text, 1
    for book in sorted(books.glob("*.txt")):
        yield " ".join(book.read_text(encoding="utf-8", errors="ignore").split()), BOOK_WEIGHT


def make(books: Path, out: Path) -> None:
    """books: folder of English texts."""
    bpe = Bpe(train(texts(books)))
    bpe.save(out, CONTEXT)
    say(f"{len(bpe)} ids; the last tokens are {[token.decode('utf-8', 'replace') for token in bpe.tokens[-12:]]}")
