"""Trains the language model on the dialogues' speech tokens."""

from __future__ import annotations

from pathlib import Path

import torch

from .bpe import Bpe
from .model import LanguageModel, LanguageModelConfig
from .recordings import DIALOGUES
from .samples import Samples
from .speech import RecordedSpeech, TokenBank
from .train import Training, train


def recorded(banks: Path) -> RecordedSpeech:
    """The speech of a folder of token banks."""
    users, others, people = ([TokenBank(folder) for folder in sorted(banks.glob(pattern))] for pattern in ("users-*", "others-*", "people-*"))
    return RecordedSpeech(users, others, people, TokenBank(banks / "assistant"), TokenBank(banks / "readings"), TokenBank(banks / "noises"))


def learn(folder: Path, finish: bool) -> None:
    """Trains into ``model``, from the weights of the rehearsal if there was one. The embeddings of speech tokens begin anew: there they meant letters."""
    torch.manual_seed(1)
    bpe = Bpe.load(folder / "bpe")
    banks = folder / "banks"
    takes = len({bank.name.split("-")[1] for bank in banks.glob("users-*")})
    samples = Samples(bpe, recorded(banks), seed=2, dialogues=DIALOGUES, heard=takes * DIALOGUES)
    model = LanguageModel(LanguageModelConfig(len(bpe)))
    rehearsed = folder / "rehearsal" / "final.pt"
    train(model, samples, folder / "model", Training(), finish, begin_with=rehearsed if rehearsed.exists() else None, anew=range(bpe.first_speech, len(bpe)))
