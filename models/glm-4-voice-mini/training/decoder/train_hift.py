"""Trains the vocoder: `python3 -m decoder.train_hift --work DIR [--finish STEPS] [--minutes M]`."""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from decoder.features import Features
from decoder.hift import Hift
from decoder.losses import MelLoss, SpectralLoss
from decoder.progress import Progress
from decoder.sizes import HIFT
from decoder.spectrogram import HOP
from decoder.voice import VoiceStore

BATCH = 8
FRAMES = 44
# The frames at either end lack context; nothing is asked of them.
EDGE_FRAMES = 2
RATE = 1e-3


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--finish", type=int, help="let the learning rate end within so many steps from now")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so many minutes; a later call goes on")
    arguments = parser.parse_args()
    stop = time.monotonic() + 60 * arguments.minutes
    torch.manual_seed(1)
    crops = Crops([VoiceStore(folder.parent) for folder in sorted(arguments.work.glob("voice/*/frames.npy"))])
    model = Hift(HIFT)
    progress = Progress(model, arguments.work / "hift.checkpoint", RATE)
    if arguments.finish:
        progress.finish(arguments.finish)
    spectral, mel_loss = SpectralLoss(), MelLoss()
    edge = EDGE_FRAMES * HOP
    sums = np.zeros(4)
    began, count = time.monotonic(), 0
    while not progress.done and time.monotonic() < stop:
        generator = torch.Generator().manual_seed(progress.step)
        mel, hertz, wave = crops.batch(progress.step)
        predicted = model.f0_predictor(mel)
        voiced = model.decode(mel, model.m_source(hertz, generator))
        ours, theirs = voiced[:, edge:-edge], wave[:, edge:-edge]
        far_spectrum, far_mel = spectral(ours, theirs), mel_loss(ours, theirs)
        far_hertz = functional.l1_loss(predicted, hertz)
        norm = progress.update(far_spectrum + far_mel + 0.01 * far_hertz)
        sums += [float(far_spectrum), float(far_mel), float(far_hertz), norm]
        count += 1
        if count == 100:
            speed = count * BATCH * FRAMES * HOP / 22_050 / (time.monotonic() - began)
            spectrum, mels, pitches, norms = sums / count
            print(f"step {progress.step} spectrum {spectrum:.4f} mel {mels:.4f} hertz {pitches:.2f} gradient {norms:.2f} "
                  f"rate {progress.learning_rate():.2e} {speed:.1f}x", flush=True)
            sums[:], count, began = 0, 0, time.monotonic()
        progress.save_now_and_then()
    progress.save()


if __name__ == "__main__":
    main()
