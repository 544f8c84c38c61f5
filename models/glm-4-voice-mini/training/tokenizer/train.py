"""Trains the tokenizer for so many hours of speech, or until it is told to finish.

First without a codebook; then the codebook is placed by k-means and follows by moving averages. The learning rate stays up
until the end begins, so that training can be cut and gone on with at any time.
"""

import math
import random
import signal
import time
from pathlib import Path

import torch
from torch import Tensor

from common import checkpoint
from common.log import say
from common.schedule import learning_rate
from tokenizer.align import align
from tokenizer.batches import Batch, Mixture
from tokenizer.evaluate import Evaluation
from tokenizer.model import WhisperVQEncoder, initialized
from tokenizer.quantizer import Quantizer
from tokenizer.reader import Heads, letter_loss, phone_accuracy, phone_loss
from tokenizer.sizes import Sizes

PEAK_RATE = 8e-4
# Speech heard before the learning rate falls, and how long it falls, by the clock: the machine may be busy.
PLANNED_HOURS = 180.0
FINISH_MINUTES = 32.0
WARMUP_STEPS = 600
PEOPLE_SHARE = 0.42
# Of the squared distance from the codes. As a part of the tokens' variance instead, tokens grew without end.
COMMITMENT = 0.04
VECTORS_TO_BEGIN = 40_000
SAVE_SECONDS = 240
EVALUATE_SECONDS = 900
LOG_STEPS = 50
# When people's phones are looked for, and once more by a better model.
ALIGN_AT_HOURS = (15.0, 40.0)


class Trainer:
    """The state of a training, in `folder/checkpoint.pt`."""

    def __init__(self, folder: Path, voices: Path, corpora: Path, quantize_after_hours: float) -> None:
        torch.manual_seed(1)
        random.seed(1)
        self.path = folder / "checkpoint.pt"
        self.sizes = Sizes()
        self.model: WhisperVQEncoder = initialized(self.sizes)
        self.heads = Heads(self.sizes)
        self.quantizer = Quantizer(self.model, self.sizes.quantize_ema_decay)
        self.quantize_after_hours = quantize_after_hours
        self.voices, self.corpora = voices, corpora
        named = [*self.model.named_parameters(), *self.heads.named_parameters()]
        trained = [parameter for _, parameter in named if parameter.requires_grad]
        self.parameters = trained
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.02},
                {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0},
            ],
            betas=(0.9, 0.98),
        )
        self.step = 0
        self.hours = 0.0
        self.alignments = 0
        self.quantizing = False
        self.finishing_seconds = 0.0
        self._recent: list[Tensor] = []
        state = checkpoint.load(self.path)
        if state:
            self.model.load_state_dict(state["model"])
            self.heads.load_state_dict(state["heads"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.hours, self.quantizing = state["step"], state["hours"], state["quantizing"]
            self.alignments = state["alignments"]
            self.finishing_seconds = state.get("finishing_seconds", 0.0)
        self.data = Mixture(voices, PEOPLE_SHARE)
        self.evaluation = Evaluation(voices)

    def save(self, path: Path) -> None:
        checkpoint.save(path, {
            "model": self.model.state_dict(), "heads": self.heads.state_dict(), "optimizer": self.optimizer.state_dict(),
            "step": self.step, "hours": self.hours, "quantizing": self.quantizing, "alignments": self.alignments, "finishing_seconds": self.finishing_seconds,
        })  # fmt: skip

    def losses(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        """The loss of a batch, and what a log tells of it."""
        block = self.sizes.quantize_causal_block_size
        frames = batch.phones.shape[1]
        first = random.randrange(0, (self.sizes.max_source_positions - frames) // block + 1) * block if random.random() < 0.6 else 0
        heads = self.heads
        with torch.autocast("cpu", torch.bfloat16):
            hidden, tokens, valid = self.model(batch.mel, batch.samples, first)
            hidden = heads.frame_norm(hidden)
            frame_phones = heads.frame_phones(hidden)
            told = {}
            entries, commitment = tokens, torch.zeros(())
            if self.quantizing:
                entries, commitment, _ = self.quantizer(tokens, valid, learn=self.model.training)
            elif self.model.training:
                self._remember(tokens.detach()[valid].float())
            positions = self.model.embed_positions2.weight[: tokens.shape[1]]
            letters = heads.reader(entries, positions, valid)
            token_phones = heads.token_phones(tokens).unflatten(2, (self.sizes.pooling_kernel_size, -1)).flatten(1, 2)
            code_phones = heads.code_phones(entries).unflatten(2, (self.sizes.pooling_kernel_size, -1)).flatten(1, 2)
        told["ctc"] = letter_loss(letters, 4 * valid.sum(1), batch.texts)
        told["frame"] = phone_loss(frame_phones, batch.phones)
        told["token"] = phone_loss(token_phones, batch.phones)
        told["code"] = phone_loss(code_phones, batch.phones)
        told["commit"] = commitment
        loss = told["ctc"] + told["frame"] + 0.5 * told["token"] + told["code"] + COMMITMENT * told["commit"]
        log = {name: float(value) for name, value in told.items()}
        if self.step % 10 == 0:
            log["acc_frame"], log["acc_code"] = phone_accuracy(frame_phones, batch.phones), phone_accuracy(code_phones, batch.phones)
            log["size"] = float(tokens.detach()[valid].float().pow(2).mean().sqrt())
        return loss, log

    def _remember(self, vectors: Tensor) -> None:
        self._recent.append(vectors)
        while sum(map(len, self._recent)) > VECTORS_TO_BEGIN:
            self._recent.pop(0)

    def _begin_quantizing_if_due(self) -> None:
        if not self.quantizing and self.hours >= self.quantize_after_hours and sum(map(len, self._recent)) > 0.9 * VECTORS_TO_BEGIN:
            self.quantizer.begin(torch.cat(self._recent))
            self._recent.clear()
            self.quantizing = True
            say(f"step {self.step}: the codebook begins")

    def _align_if_due(self) -> None:
        if self.alignments < len(ALIGN_AT_HOURS) and self.hours >= ALIGN_AT_HOURS[self.alignments]:
            align(self.model, self.heads, self.voices, self.corpora)
            self.data.reload()
            self.alignments += 1

    def run(self, finish: bool = False) -> bool:
        """Trains until it is told to end (SIGTERM), or through the fall of the learning rate, which begins after the planned hours or at once; tells whether that is done."""
        ended: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
        saved = evaluated = reloaded = turned = time.time()
        finish = finish or self.hours >= PLANNED_HOURS
        if not finish:
            self.finishing_seconds = 0.0
        sums: dict[str, list[float]] = {}
        tick, tick_hours = time.time(), self.hours
        while not ended:
            self._begin_quantizing_if_due()
            self._align_if_due()
            batch = self.data.draw()
            finish = finish or self.hours >= PLANNED_HOURS
            if finish and self.finishing_seconds == 0:
                # What a longer training would go on from.
                self.save(self.path.with_name("before-finishing.pt"))
            now = time.time()
            self.finishing_seconds += (now - turned) * finish
            turned = now
            finished = min(1.0, self.finishing_seconds / (60 * FINISH_MINUTES))
            rate = learning_rate(self.step, PEAK_RATE, WARMUP_STEPS) * 0.5 * (1 + math.cos(math.pi * finished))
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            loss, log = self.losses(batch)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
            if torch.isfinite(norm):
                self.optimizer.step()
            else:
                say(f"step {self.step}: gradient {norm}, left out")
            self.step += 1
            self.hours += batch.seconds / 3600
            for name, value in dict(log, norm=float(norm)).items():
                if value == value:
                    sums.setdefault(name, []).append(value)
            now = time.time()
            if self.step % LOG_STEPS == 0:
                speed = (self.hours - tick_hours) * 3600 / (now - tick)
                tick, tick_hours = now, self.hours
                means = " ".join(f"{name} {sum(values) / len(values):.3f}" for name, values in sums.items())
                say(f"step {self.step} hours {self.hours:.2f} speed {speed:.0f} {means}")
                sums.clear()
            done = finished >= 1
            if now - saved > SAVE_SECONDS or done:
                self.save(self.path)
                saved = now
            if now - reloaded > 300 and len(self.data.users) < 200_000:
                self.data.reload()
                reloaded = time.time()
            if now - evaluated > EVALUATE_SECONDS or done:
                say(f"step {self.step} " + self.evaluation.run(self.model, self.heads, self.quantizing))
                evaluated = tick = turned = time.time()
                tick_hours = self.hours
            if done:
                return True
        self.save(self.path)
        return False
