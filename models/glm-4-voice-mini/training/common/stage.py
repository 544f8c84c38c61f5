"""A stage of the recipe: something that is made once and then there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable


@dataclass(frozen=True)
class Place:
    """Where a run of the recipe reads and writes.

    work: folder of everything that is made, one sub-folder a part.
    corpora: folder with the fetched human corpora, one sub-folder (or bare git repository) each.
    finish: whether trainings end now: the learning rate falls to zero and the weights are final.
    """

    work: Path
    corpora: Path
    finish: bool = False

    def part(self, name: str) -> Path:
        """The folder of a part, made if need be."""
        folder = self.work / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


@dataclass(frozen=True)
class Stage:
    """A step of the recipe.

    name: what `--only` calls it.
    output: path below the work folder that exists exactly when the stage is done.
    make: makes it; called again after an interruption, it goes on where it was.
    """

    name: str
    output: str
    make: Callable[[Place], None]

    def is_done(self, place: Place) -> bool:
        return (place.work / self.output).exists()
