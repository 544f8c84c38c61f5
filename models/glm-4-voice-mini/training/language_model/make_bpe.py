"""Learns the byte-pair encoding: ``python3 -m language_model.make_bpe --books DIR --out DIR``."""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Iterator, Tuple

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=Path, required=True, help="folder of English texts")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    bpe = Bpe(train(texts(arguments.books)))
    bpe.save(arguments.out, CONTEXT)
    print(f"{len(bpe)} ids; the last tokens are {[token.decode('utf-8', 'replace') for token in bpe.tokens[-12:]]}")


if __name__ == "__main__":
    main()
