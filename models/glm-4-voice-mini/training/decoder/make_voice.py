"""Synthesizes the assistant's training speech: `python3 -m decoder.make_voice --work DIR --books DIR`."""

import argparse
from pathlib import Path

from decoder import features
from decoder.sentences import general_sentences
from decoder.voice import VoiceStore, make_store

LEXICON = Path("/usr/share/festival/dicts/cmu/cmudict-0.4.out")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--books", type=Path, required=True, help="folder of Project Gutenberg texts")
    parser.add_argument("--count", type=int, default=2600, help="utterances; 2600 are about 3.3 hours")
    arguments = parser.parse_args()
    store = arguments.work / "voice" / "general"
    if not (store / "index.json").exists():
        make_store(general_sentences(arguments.books, LEXICON, arguments.count, seed=1), store)
    if not (store / "frames.npy").exists():
        features.compute(VoiceStore(store))


if __name__ == "__main__":
    main()
