"""Trains on made-up speech, before there is a speech tokenizer: ``python3 -m language_model.rehearse --bpe DIR --out DIR``.

What is learned besides the sound itself (the form of a conversation, the answers, how text and speech go along each other) carries
over to real speech.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Optional

import torch

from .bpe import Bpe
from .model import LanguageModel, LanguageModelConfig
from .samples import Samples
from .speech import RehearsalSpeech
from .train import Training, train


def rehearse(bpe: Path, out: Path, steps: Optional[int]) -> None:
    torch.manual_seed(1)
    encoding = Bpe.load(bpe)
    train(LanguageModel(LanguageModelConfig(len(encoding))), Samples(encoding, RehearsalSpeech(), seed=1), out, Training(), steps=steps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bpe", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int)
    arguments = parser.parse_args()
    rehearse(arguments.bpe, arguments.out, arguments.steps)


if __name__ == "__main__":
    main()
