"""Trains the flow on windows of replies, cut as a conversation cuts them."""

import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from common.log import say
from common.mel import VOCODER_HOP as HOP
from common.mel import vocoder_mel
from decoder.clock import TOKEN_SAMPLES, frames_of
from decoder.features import Features
from decoder.flow import SIGMA, Flow
from decoder.progress import Progress, end
from decoder.sizes import FLOW
from decoder.voice import VoiceStore, stores

# Windows as they occur: blocks of 10, 20, 40 and 50 tokens after at most 50 to 60 tokens of context, and ends of any length.
WINDOW_TOKENS = (10, 15, 22, 30, 40, 55, 70, 85, 100, 110)
BATCH_TOKENS = 240
PEAK_RATE = 8e-4
STEPS = 10_000
# Over so many steps the learning rate falls at the end.
FALL_STEPS = 3000
GUIDANCE_DROP = 0.1
PRIOR_WEIGHT = 0.5
# A prompt is the flow's own work when it speaks: less than perfect.
PROMPT_NOISE = 0.15
PROMPT_LOSS = 0.2
EDGE_FRAMES = 2


class Windows:
    """Random windows of replies, drawn by the number of the step. A reply is a run of utterances, each begun on a token."""

    def __init__(self, voices: list[VoiceStore], kind: str):
        self.voices, self.kind = voices, kind
        self.places = [(v, u) for v, voice in enumerate(voices) for u in voice.training]

    def utterance(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """Tokens [tokens] and samples [tokens * TOKEN_SAMPLES]."""
        v, u = self.places[place]
        tokens = self.voices[v].tokens(u, self.kind)
        samples = np.zeros(len(tokens) * TOKEN_SAMPLES, dtype=np.float32)
        spoken = self.voices[v].samples(u)[:len(samples)]
        samples[:len(spoken)] = spoken
        return tokens, samples

    def window(self, draw: np.random.Generator, count: int, from_start: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tokens [count], the token of each frame [frames] and samples [(frames + 2 * EDGE_FRAMES) * HOP]."""
        tokens, samples = self.utterance(int(draw.integers(len(self.places))))
        first = 0 if from_start else int(draw.integers(max(1, len(tokens) - 5)))
        while len(tokens) < first + count + 1:
            more, sound = self.utterance(int(draw.integers(len(self.places))))
            tokens, samples = np.concatenate([tokens, more]), np.concatenate([samples, sound])
        # A window within a reply begins anywhere between two frames of the token grid.
        phase = 0 if from_start else int(draw.integers(HOP))
        frames = frames_of(count)
        margin = EDGE_FRAMES * HOP
        samples = np.pad(samples, margin)
        start = first * TOKEN_SAMPLES + phase
        token_of_frame = np.minimum((phase + np.arange(frames) * HOP) // TOKEN_SAMPLES, count - 1)
        return tokens[first:first + count], token_of_frame, samples[start:start + frames * HOP + 2 * margin]

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Tokens [batch, tokens], their index of each frame [batch, frames], mel [batch, frames, 80], known frames [batch]."""
        draw = np.random.default_rng([11, step])
        count = int(draw.choice(WINDOW_TOKENS))
        size = min(16, max(2, BATCH_TOKENS // count))
        parts, known = [], []
        for _ in range(size):
            prompted = count > 10 and draw.random() < 0.6
            parts.append(self.window(draw, count, from_start=draw.random() < (0.3 if prompted else 0.7)))
            known.append(int(draw.uniform(0.1, 0.8) * frames_of(count)) if prompted else 0)
        tokens, token_of_frame, samples = (torch.from_numpy(np.stack(part)) for part in zip(*parts))
        mel = vocoder_mel(samples)[:, :, EDGE_FRAMES:-EDGE_FRAMES].transpose(1, 2).contiguous()
        return tokens.long(), token_of_frame.long(), mel, torch.tensor(known)


def losses(model: Flow, batch: tuple[torch.Tensor, ...], generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """The distance of the mean to the mel, and of the velocity to the straight way from noise to mel."""
    tokens, token_of_frame, mel, known = batch
    size = len(mel)

    def uniform() -> torch.Tensor:
        return torch.rand(size, generator=generator)

    def normal() -> torch.Tensor:
        return torch.randn(mel.shape, generator=generator)

    with torch.autocast("cpu", torch.bfloat16):
        mean = model.mean(tokens, token_of_frame)
    mean = mean.float()
    is_known = (torch.arange(mel.shape[1])[None] < known[:, None]).float()[:, :, None]
    prompt = (mel + PROMPT_NOISE * uniform()[:, None, None] * normal()) * is_known
    time = 1 - torch.cos(uniform() * (torch.pi / 2))
    noise = normal()
    noisy = (1 - (1 - SIGMA) * time)[:, None, None] * noise + time[:, None, None] * mel
    given = (uniform() >= GUIDANCE_DROP).float()
    with torch.autocast("cpu", torch.bfloat16):
        velocity = model.velocity(noisy, mean, prompt, time, given).float()
    weight = 1 - (1 - PROMPT_LOSS) * is_known
    square = (velocity - (mel - (1 - SIGMA) * noise)).square()
    return functional.l1_loss(mean, mel), (square * weight).sum() / (weight.sum() * mel.shape[2])


def begin_at(model: Flow, mel: np.ndarray) -> None:
    """Lets a new network answer with the mean spectrum of the voice, from mel [frames, 80], instead of finding it out first."""
    mean = torch.from_numpy(mel.mean(axis=0))
    with torch.no_grad():
        model.length_regulator.model[-1].bias.copy_(mean)
        model.decoder.estimator.final_proj.bias.copy_(mean)


def train(work: Path, finish: bool, kind: str = "tokens") -> None:
    """Trains until the end was asked for and is reached; goes on from the checkpoint in `work`.

    kind: "tokens", or "clusters" for the rehearsal without a tokenizer, whose checkpoint the training with tokens begins from.
    """
    torch.manual_seed(2)
    model = Flow(FLOW)
    voices = stores(work)
    folder = work / ("flow" if kind == "tokens" else f"flow-{kind}")
    rehearsal = work / "flow-clusters" / "checkpoint.pt"
    if kind == "tokens" and rehearsal.exists():
        known = torch.load(rehearsal, map_location="cpu")["average"]
        model.load_state_dict({**model.state_dict(), **{name: value for name, value in known.items() if not name.startswith("input_embedding")}})
    else:
        begin_at(model, np.concatenate([Features(voice.folder).mel(u) for voice in voices for u in voice.training[:50]]))
    progress = Progress(model, folder / "checkpoint.pt", PEAK_RATE, STEPS, FALL_STEPS, warm_up=100)
    if finish:
        progress.finish()
    windows = Windows(voices, kind)
    sums, count, began, seconds = np.zeros(3), 0, time.monotonic(), 0.0
    while progress.goes_on:
        batch = windows.batch(progress.step)
        prior, matching = losses(model, batch, torch.Generator().manual_seed(progress.step))
        norm = progress.update(PRIOR_WEIGHT * prior + matching)
        sums += [float(prior), float(matching), norm]
        seconds += 0.08 * batch[0].numel()
        count += 1
        if count == 100:
            priors, matchings, norms = sums / count
            say(f"step {progress.step} prior {priors:.4f} matching {matchings:.4f} gradient {norms:.2f} rate {progress.rate:.2e} "
                f"{seconds / (time.monotonic() - began):.1f}x")
            sums[:], count, began, seconds = 0, 0, time.monotonic(), 0.0
        progress.save_now_and_then()
    end(progress, folder / "weights.pt")
