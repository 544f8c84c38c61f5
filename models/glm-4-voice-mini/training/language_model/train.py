"""Trains the language model for so many steps, or until it is told to finish; killed and called again, it goes on where it was."""

from __future__ import annotations

import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional

import torch

from common import checkpoint
from common.log import say
from common.schedule import learning_rate

from .model import LanguageModel
from .samples import Samples


@dataclass(frozen=True)
class Training:
    """How it is trained.

    planned: steps before the learning rate falls, unless the end is asked for earlier.
    finish_steps: steps over which the learning rate falls to zero.
    """

    peak: float = 1.5e-3
    warmup: int = 300
    planned: int = 18_000
    finish_steps: int = 5000
    weight_decay: float = 0.05
    save_seconds: float = 240.0


def train(model: LanguageModel, samples: Samples, folder: Path, training: Training = Training(), finish: bool = False,
          begin_with: Optional[Path] = None, anew: Optional[range] = None, steps: Optional[int] = None) -> bool:
    """Trains until it is told to end (SIGTERM), to the end of `steps`, or to that of the schedule: then there is ``final.pt``.

    Tells whether it came to that end. begin_with: a checkpoint whose weights a new training begins with; but for the ids `anew`, whose
    embeddings are drawn again.
    """
    file = folder / "checkpoint.pt"
    decayed = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": training.weight_decay}, {"params": others, "weight_decay": 0.0}],
                                  lr=training.peak, betas=(0.9, 0.98))
    step, finish_from, seen, chunk, place = 0, -1, 0, 0, 0
    if (state := checkpoint.load(file)) is not None:
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, finish_from, seen, chunk, place = (state[name] for name in ("step", "finish_from", "seen", "chunk", "place"))
        say(f"goes on at step {step}")
    elif begin_with is not None:
        begun = torch.load(begin_with, map_location="cpu")["model"]
        if anew is not None:
            for name in ("transformer.embedding.word_embeddings.weight", "transformer.output_layer.weight"):
                begun[name][anew.start:anew.stop] = model.state_dict()[name][anew.start:anew.stop]
        model.load_state_dict(begun)
        say(f"begins with the weights of {begin_with}")

    def save() -> None:
        checkpoint.save(file, {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "finish_from": finish_from, "seen": seen,
                               "chunk": chunk, "place": place})

    def done() -> bool:
        return 0 <= finish_from <= step - training.finish_steps

    ended: List[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    model.train()
    saved = said = time.monotonic()
    loss_sum, loss_count, seen_before = 0.0, 0, seen
    batches = samples.chunk(chunk)
    while not ended and not done() and step != steps:
        if finish_from < 0 and (finish or step >= training.planned):
            finish_from = step
            # What a longer training would go on from.
            save()
            shutil.copy(file, folder / "before-finishing.pt")
        if place == len(batches):
            chunk, place = chunk + 1, 0
            batches = samples.chunk(chunk)
        ids, weights = batches[place]
        place += 1
        rate = learning_rate(step, training.peak, training.warmup, finish_from, training.finish_steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16):
            loss = model.loss(ids, weights)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if torch.isfinite(norm):
            optimizer.step()
        else:
            say(f"step {step}: a gradient without bounds, left out")
        step += 1
        seen += ids.numel()
        loss_sum, loss_count = loss_sum + loss.item(), loss_count + 1
        now = time.monotonic()
        if step % 100 == 0:
            speed = (seen - seen_before) / (now - said)
            say(f"step {step} loss {loss_sum / loss_count:.4f} rate {rate:.2e} norm {norm:.2f} {seen / 1e6:.2f} M tokens, {speed:.0f} a second")
            loss_sum, loss_count, said, seen_before = 0.0, 0, now, seen
        if now - saved > training.save_seconds:
            save()
            saved = now
    save()
    if done():
        checkpoint.save(folder / "final.pt", {"model": model.state_dict(), "step": step})
    return not ended
