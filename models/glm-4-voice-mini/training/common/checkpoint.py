"""Checkpoints that survive being killed at any moment."""

import os
import random
from pathlib import Path
from typing import Any, Optional

import numpy
import torch


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes a checkpoint beside its predecessor and then takes its place, with the random state of all three libraries."""
    state = dict(state, random=(random.getstate(), numpy.random.get_state(), torch.get_rng_state()))
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".writing")
    with open(fresh, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def load(path: Path, restore_random: bool = True) -> Optional[dict[str, Any]]:
    """Reads a checkpoint, or tells with None that there is none yet."""
    if not path.exists():
        return None
    state = torch.load(path, map_location="cpu")
    if restore_random:
        ours, numpys, torchs = state["random"]
        random.setstate(ours)
        numpy.random.set_state(numpys)
        torch.set_rng_state(torchs)
    return state
