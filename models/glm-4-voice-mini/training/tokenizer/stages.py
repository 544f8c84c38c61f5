"""The tokenizer's stages."""

import os

from common.log import say
from common.stage import Place, Stage

QUANTIZE_AFTER_HOURS = float(os.environ.get("QUANTIZE_AFTER_HOURS", 36))


def train(place: Place) -> None:
    """Goes on training, to the planned hours; with `--finish`, lets the learning rate fall now and ends."""
    from tokenizer.train import Trainer

    folder = place.part("tokenizer")
    (folder / "pid").write_text(str(os.getpid()))
    trainer = Trainer(folder, place.part("voices"), place.corpora, QUANTIZE_AFTER_HOURS)
    say(f"{sum(p.numel() for p in trainer.model.parameters()) / 1e6:.2f} M parameters, {len(trainer.data.users)} synthetic utterances")
    if trainer.run(place.finish):
        (folder / "trained").touch()


STAGES = [Stage("tokenizer", "tokenizer/trained", train)]
