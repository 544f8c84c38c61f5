"""Prints the domain as JSON lines: dialogues, or only what users say, or only what is spoken in answer.

``python3 -m language_model.domain dialogues --count 5``
"""

from __future__ import annotations

import argparse
import json
import sys

from .generator import dialogues
from .grammar import HELD_OUT, TRAIN
from .numbers import spoken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("dialogues", "users",
    "answers"), help="dialogues whole; or each different sentence once: what users say, what is answered")
    parser.add_argument("--count", type=int, default=10, help="dialogues to make; sentences are taken from as many")
    parser.add_argument("--split", choices=(TRAIN, HELD_OUT), default=TRAIN)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    made = dialogues(arguments.count, arguments.split, arguments.seed)
    if arguments.what == "dialogues":
        lines = (dialogue.to_json() for dialogue in made)
    elif arguments.what == "users":
        lines = users(made)
    else:
        lines = answers(made)
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def users(made):
    """Every different sentence of the users, with its intent."""
    seen = set()
    for dialogue in made:
        for exchange in dialogue.exchanges:
            if exchange.user and exchange.user not in seen:
                seen.add(exchange.user)
                yield {"text": exchange.user, "intent": exchange.intent}


def answers(made):
    """Every different answer: as it is written, and as it is read aloud."""
    seen = set()
    for dialogue in made:
        for exchange in dialogue.exchanges:
            if exchange.assistant not in seen:
                seen.add(exchange.assistant)
                yield {"text": exchange.assistant, "spoken": spoken(exchange.assistant)}


if __name__ == "__main__":
    main()
