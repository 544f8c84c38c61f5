"""A training run that can be stopped at any moment: steps, learning rate, averaged weights, checkpoints."""

import math
import signal
import time
from pathlib import Path

import torch

from common import checkpoint
from common.schedule import learning_rate


class Progress:
    """Owns the optimizer and the moving average of a model's weights, and everything needed to go on after an interruption.

    The learning rate warms up, stays, and falls over the last `fall` of `planned` steps, or from when `finish` is called. What a step draws depends on its number alone, so a resumed run goes on with the data that the interrupted one would have seen.
    """

    def __init__(self, model: torch.nn.Module, path: Path, peak: float, planned: int, fall: int, warm_up: int = 500, averaging: float = 0.999, clip: float = 5.0,
                 betas: tuple[float, float] = (0.9, 0.98), weight_decay: float = 0.01):
        self.model, self.path, self.peak, self.warm_up, self.averaging, self.clip = model, path, peak, warm_up, averaging, clip
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=peak, betas=betas, weight_decay=weight_decay)
        self.average = {name: value.detach().clone() for name, value in model.state_dict().items()}
        self.step = 0
        self.seconds = 0.0
        self.planned, self.fall = planned, fall
        self.finish_from = -1
        self._saved = self._clock = time.monotonic()
        self._interrupted = False
        signal.signal(signal.SIGTERM, self._interrupt)
        state = checkpoint.load(path)
        if state is not None:
            model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average = state["average"]
            self.step, self.seconds = state["step"], state["seconds"]
            self.finish_from = state["finish_from"]

    def finish(self) -> None:
        """Lets the learning rate fall from now on, unless it does already."""
        if self.finish_from < 0:
            self.finish_from = self.step

    @property
    def done(self) -> bool:
        return 0 <= self.finish_from <= self.step - self.fall

    @property
    def goes_on(self) -> bool:
        """Whether there is another step to do: not after the end, nor when the process was told to stop (SIGTERM)."""
        return not self.done and not self._interrupted

    @property
    def rate(self) -> float:
        return learning_rate(self.step, self.peak, self.warm_up, self.finish_from, self.fall)

    def update(self, loss: torch.Tensor) -> float:
        """One step down the gradient of the loss. Returns the gradient's norm; a step whose gradient is not finite is left out."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.clip))
        if math.isfinite(norm):
            self.optimizer.step()
        self.step += 1
        if self.step >= self.planned - self.fall:
            self.finish()
        weight = 1 - min(self.averaging, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                self.average[name].lerp_(value, weight)
        return norm

    def save(self) -> None:
        now = time.monotonic()
        self.seconds += now - self._clock
        self._saved = self._clock = now
        checkpoint.save(self.path, {
            "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict(), "average": self.average, "step": self.step,
            "seconds": self.seconds, "finish_from": self.finish_from})

    def _interrupt(self, *_) -> None:
        self._interrupted = True

    def save_now_and_then(self, every_seconds: float = 180) -> None:
        if time.monotonic() - self._saved >= every_seconds:
            self.save()


def end(progress: Progress, weights: Path) -> None:
    """Saves a run that stops; if it has come to its end, writes the averaged weights, which are what it was for."""
    progress.save()
    if progress.done:
        torch.save(progress.average, weights)


def averaged(model: torch.nn.Module, path: Path) -> torch.nn.Module:
    """Loads the averaged weights of a run into a model, for evaluation."""
    model.load_state_dict(torch.load(path, map_location="cpu")["average"])
    return model.eval()
