"""Trains the vocoder: spectral distances to the teacher, the fundamental against a tracker's."""

import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from common.log import say
from common.mel import VOCODER_HOP as HOP
from common.mel import VOCODER_RATE, vocoder_mel
from decoder.features import Features
from decoder.hift import Hift
from decoder.losses import SpectralLoss
from decoder.progress import Progress, end
from decoder.sizes import HIFT
from decoder.voice import VoiceStore, stores

BATCH = 8
FRAMES = 44
# The frames at either end lack context; nothing is asked of them.
EDGE_FRAMES = 2
PEAK_RATE = 1e-3
STEPS = 30_000
# Over so many steps the learning rate falls at the end.
FALL_STEPS = 6000
HERTZ_WEIGHT = 0.01
# So many of a batch are voiced with the predicted fundamental, as they will be, once it is worth something.
PREDICTED = 4
PREDICTED_FROM = 3000


class Crops:
    """Random crops of training utterances, drawn by the number of the step."""

    def __init__(self, stores: list[VoiceStore]):
        self.stores = stores
        self.features = [Features(store.folder) for store in stores]
        self.places = [(s, u) for s, store in enumerate(stores) for u in store.training if self.features[s].frames(u) >= FRAMES]
        lengths = np.array([self.features[s].frames(u) for s, u in self.places], dtype=np.float64)
        self.chances = lengths / lengths.sum()

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Mel [batch, 80, frames], hertz [batch, frames] and samples [batch, frames * hop]."""
        draw = np.random.default_rng([7, step])
        mels, pitches, waves = [], [], []
        for place in draw.choice(len(self.places), BATCH, p=self.chances):
            s, utterance = self.places[place]
            first = int(draw.integers(self.features[s].frames(utterance) - FRAMES + 1))
            mels.append(self.features[s].mel(utterance)[first:first + FRAMES].T)
            pitches.append(self.features[s].hertz(utterance)[first:first + FRAMES])
            waves.append(self.stores[s].samples(utterance)[first * HOP:(first + FRAMES) * HOP])
        return tuple(torch.from_numpy(np.stack(part)) for part in (mels, pitches, waves))


def train(work: Path, finish: bool) -> None:
    """Trains until the end was asked for and is reached; goes on from the checkpoint in `work`."""
    torch.manual_seed(1)
    model = Hift(HIFT)
    progress = Progress(model, work / "hift" / "checkpoint.pt", PEAK_RATE, STEPS, FALL_STEPS)
    if finish:
        progress.finish()
    crops = Crops(stores(work))
    spectral = SpectralLoss()
    edge = EDGE_FRAMES * HOP
    sums, count, began = np.zeros(4), 0, time.monotonic()
    while progress.goes_on:
        generator = torch.Generator().manual_seed(progress.step)
        mel, hertz, wave = crops.batch(progress.step)
        predicted = model.f0_predictor(mel)
        heard = torch.where(torch.arange(BATCH)[:, None] < PREDICTED * (progress.step >= PREDICTED_FROM), predicted.detach(), hertz)
        voiced = model.decode(mel, model.m_source(heard, generator))
        ours, theirs = voiced[:, edge:-edge], wave[:, edge:-edge]
        spectrum_loss = spectral(ours, theirs)
        mel_loss = functional.l1_loss(vocoder_mel(ours), vocoder_mel(theirs))
        hertz_loss = functional.l1_loss(predicted, hertz)
        norm = progress.update(spectrum_loss + mel_loss + HERTZ_WEIGHT * hertz_loss)
        sums += [float(spectrum_loss), float(mel_loss), float(hertz_loss), norm]
        count += 1
        if count == 100:
            speed = count * BATCH * FRAMES * HOP / VOCODER_RATE / (time.monotonic() - began)
            spectrum, mels, pitches, norms = sums / count
            say(f"step {progress.step} spectrum {spectrum:.4f} mel {mels:.4f} hertz {pitches:.2f} gradient {norms:.2f} "
                f"rate {progress.rate:.2e} {speed:.1f}x")
            sums[:], count, began = 0, 0, time.monotonic()
        progress.save_now_and_then()
    end(progress, work / "hift" / "weights.pt")
