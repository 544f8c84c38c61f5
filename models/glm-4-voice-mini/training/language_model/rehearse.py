"""Trains on made-up speech, while there is no speech tokenizer yet.

What is learned besides the sound itself (the form of a conversation, the answers, how text and speech go along each other) carries
over to real speech.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import torch

from .bpe import Bpe
from .model import LanguageModel, LanguageModelConfig
from .samples import Samples
from .speech import RehearsalSpeech
from .train import Training, train

STEPS = 2500


def rehearse(bpe: Path, out: Path, steps: int = STEPS) -> None:
    """Trains to `steps`; called again, it goes on. ``final.pt`` is there at the end."""
    torch.manual_seed(1)
    encoding = Bpe.load(bpe)
    model = LanguageModel(LanguageModelConfig(len(encoding)))
    if train(model, Samples(encoding, RehearsalSpeech(), seed=1), out, Training(), steps=steps):
        shutil.copy(out / "checkpoint.pt", out / "final.pt")
