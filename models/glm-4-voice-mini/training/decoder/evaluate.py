"""Measures the decoder on sentences that it was not trained on.

    python3 -m decoder.evaluate --work DIR [--count N] [--steps N]

Each line is one way to make the speech: the teacher itself; its spectrogram through the vocoder (copy synthesis); its tokens
through flow and vocoder, whole and in blocks. Columns: word error rate of pocketsphinx with its open language model (general
sentences) and with a bigram of the domain (domain answers); mean absolute difference of log-mels; fundamental: median error in
percent where both are voiced, and frames whose voicing differs. Last, the step of energy over block borders, against the same frames decoded
whole, and the same a fifth of a second later, where there is no border.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from common.mel import VOCODER_HOP as HOP
from common.mel import VOCODER_RATE, vocoder_mel
from common.wave import write_wave
from decoder import pitch, streaming
from decoder.flow import Flow
from decoder.hift import Hift
from decoder.progress import averaged
from decoder.recognition import recognise, word_error_rate, write_domain_model
from decoder.sizes import FLOW, HIFT
from decoder.voice import VoiceStore


def mel_of(samples: np.ndarray) -> np.ndarray:
    """[frames, 80]."""
    return vocoder_mel(torch.from_numpy(samples[: len(samples) // HOP * HOP].copy())[None])[0].T.numpy()


def level(samples: np.ndarray, frame: int, frames: int = 2) -> float:
    """Decibels of some frames, not below -50."""
    part = samples[max(0, frame) * HOP:(frame + frames) * HOP]
    return 10 * np.log10(np.mean(part**2) + 1e-5)


def step(samples: np.ndarray, frame: int) -> float:
    """Decibels by which the frames after a place are louder than those before."""
    return level(samples, frame) - level(samples, frame - 2)


class Measure:
    """Collects what one way to speak made of the sentences."""

    def __init__(self, name: str, teacher: dict[str, list[np.ndarray]]):
        self.name, self.teacher = name, teacher
        self.sounds: dict[str, list[np.ndarray]] = {key: [] for key in teacher}

    def line(self, texts: dict[str, list[str]], models: dict[str, Path | None]) -> str:
        rates = {key: word_error_rate(texts[key], recognise(self.sounds[key], VOCODER_RATE, models[key])) for key in texts}
        mels, cents, voicing = [], [], []
        for key, sounds in self.sounds.items():
            for ours, theirs in zip(sounds, self.teacher[key]):
                length = min(len(ours), len(theirs)) // HOP * HOP
                mels.append(np.abs(mel_of(ours[:length]) - mel_of(theirs[:length])).mean())
                a, b = pitch.track(ours[:length], VOCODER_RATE, HOP), pitch.track(theirs[:length], VOCODER_RATE, HOP)
                both = (a > 0) & (b > 0)
                cents.append(np.abs(a[both] / b[both] - 1))
                voicing.append((a > 0) != (b > 0))
        rates = " ".join(f"WER {key} {rate:.3f}" for key, rate in rates.items())
        return (f"{self.name:22s} {rates} mel {np.mean(mels):.3f} fundamental {100 * np.median(np.concatenate(cents)):.2f} % "
                f"voicing {100 * np.mean(np.concatenate(voicing)):.1f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--count", type=int, default=60, help="held-out sentences of each kind")
    parser.add_argument("--steps", type=int, default=10, help="steps of the flow")
    parser.add_argument("--sounds", type=Path, help="folder to leave what was made in, as WAVE files")
    parser.add_argument("--kind", default="tokens", choices=("tokens", "clusters"), help="what the flow is given: tokens, or what it rehearses with")
    parser.add_argument("--without", nargs="*", default=[], choices=("teacher", "copy", "flow"))
    arguments = parser.parse_args()
    work = arguments.work / "decoder"
    voices = {key: VoiceStore(work / "voice" / key) for key in ("general", "domain")}
    chosen = {key: list(voice.held_out)[: arguments.count] for key, voice in voices.items()}
    texts = {key: [voices[key].text(u) for u in chosen[key]] for key in voices}
    teacher = {key: [voices[key].samples(u) for u in chosen[key]] for key in voices}
    domain_model = work / "domain.arpa"
    write_domain_model([entry["text"] for entry in voices["domain"].index], domain_model)
    models = {"general": None, "domain": domain_model}

    def report(measure: Measure) -> None:
        print(measure.line(texts, models), flush=True)
        if arguments.sounds:
            arguments.sounds.mkdir(parents=True, exist_ok=True)
            for key, sounds in measure.sounds.items():
                for index, sound in enumerate(sounds):
                    write_wave(arguments.sounds / f"{measure.name.replace(' ', '-')}-{key}-{index}.wav", sound, VOCODER_RATE)

    if "teacher" not in arguments.without:
        measure = Measure("teacher", teacher)
        measure.sounds = teacher
        report(measure)
    hift = averaged(Hift(HIFT), work / "hift" / "checkpoint.pt")

    def voice(mel: np.ndarray) -> np.ndarray:
        return hift(torch.from_numpy(mel.T.copy())[None], torch.Generator().manual_seed(43))[0].numpy()

    if "copy" not in arguments.without:
        measure = Measure("copy synthesis", teacher)
        for key, sounds in teacher.items():
            measure.sounds[key] = [voice(mel_of(sound)) for sound in sounds]
        report(measure)
    trained = work / ("flow" if arguments.kind == "tokens" else f"flow-{arguments.kind}") / "checkpoint.pt"
    if "flow" in arguments.without or not trained.exists():
        return
    flow = averaged(Flow(FLOW), trained)
    at_once, blocks = Measure("tokens, whole", teacher), Measure("tokens, in blocks", teacher)
    borders, elsewhere = [], []
    for key, voice_store in voices.items():
        for u in chosen[key]:
            tokens = voice_store.tokens(u, arguments.kind)
            noise = np.random.default_rng(42).standard_normal((len(tokens) * 7, 80)).astype(np.float32)
            one = voice(streaming.whole(flow, tokens, noise, arguments.steps))
            mel, seams = streaming.in_blocks(flow, tokens, noise, arguments.steps)
            many = voice(mel)
            at_once.sounds[key].append(one)
            blocks.sounds[key].append(many)
            for seam in seams:
                borders.append(abs(step(many, seam) - step(one, seam)))
                elsewhere.append(abs(step(many, seam + 17) - step(one, seam + 17)))
    report(at_once)
    report(blocks)
    for name, differences in (("block borders", borders), ("elsewhere", elsewhere)):
        print(f"{len(differences)} {name}: mean {np.mean(differences):.2f} dB, 95 % below {np.percentile(differences, 95):.2f} dB")


if __name__ == "__main__":
    main()
