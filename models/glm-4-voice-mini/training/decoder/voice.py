"""The assistant's voice: festival's us-slt-hts, synthesized in batches and stored as memory-mapped sound at two rates."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Callable

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

from common.log import say

TEACHER_RATE = 32_000
VOICE_RATE = 22_050
TOKENIZER_RATE = 16_000
# One gain for all sentences keeps loudness a function of the text: -24 dBFS on average, with peaks up to -0.3 dBFS.
GAIN = 0.95
LEAD_SECONDS = 0.10
TAIL_SECONDS = 0.20
SILENCE_DB = -50.0
KAISER = ("kaiser", 12.0)

SCHEME = """
(voice_cmu_us_slt_arctic_hts)
(define (speak utt name)
  (unwind-protect (begin (utt.synth utt) (utt.save.wave utt name)) (format stderr "failed: %s\\n" name)))
"""


def synthesize(texts: list[str], folder: Path) -> list[Path]:
    """Speaks each text into a 32 kHz wav of the folder, in one run of festival. A text that it cannot speak has no file."""
    names = [folder / f"{index}.wav" for index in range(len(texts))]
    lines = [SCHEME]
    for text, name in zip(texts, names):
        quoted = text.replace("\\", "").replace('"', "")
        lines.append(f'(speak (Utterance Text "{quoted}") "{name}")')
    script = folder / "speak.scm"
    script.write_text("\n".join(lines))
    subprocess.run(["festival", "-b", str(script)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return names


def trim(samples: np.ndarray, rate: int) -> np.ndarray:
    """Leaves a set length of near-silence before the first and after the last sound."""
    hop = rate // 100
    frames = samples[: len(samples) // hop * hop].reshape(-1, hop)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    loud = np.flatnonzero(level > SILENCE_DB)
    if len(loud) == 0:
        return samples[:0]
    first = loud[0] * hop - int(LEAD_SECONDS * rate)
    last = (loud[-1] + 1) * hop + int(TAIL_SECONDS * rate)
    return np.pad(samples[max(0, first):last], (max(0, -first), max(0, last - len(samples))))


def to_pcm16(samples: np.ndarray) -> np.ndarray:
    return np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)


def make_store(texts: list[str], folder: Path, batch: int = 200) -> None:
    """Synthesizes texts into a store: `voice.i16` (22.05 kHz), `tokenizer.i16` (16 kHz), `index.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    index, start, tokenizer_start = [], 0, 0
    with open(folder / "voice.i16.part", "wb") as voice, open(folder / "tokenizer.i16.part", "wb") as tokenizer:
        for position in range(0, len(texts), batch):
            with tempfile.TemporaryDirectory() as scratch:
                part = texts[position:position + batch]
                for text, name in zip(part, synthesize(part, Path(scratch))):
                    if not name.exists():
                        continue
                    rate, pcm = wavfile.read(name)
                    assert rate == TEACHER_RATE
                    samples = trim(pcm.astype(np.float64) / 32768 * GAIN, rate)
                    if len(samples) < rate // 2:
                        continue
                    at_voice = to_pcm16(resample_poly(samples, 441, 640, window=KAISER))
                    at_tokenizer = to_pcm16(resample_poly(samples, 1, 2, window=KAISER))
                    voice.write(at_voice.tobytes())
                    tokenizer.write(at_tokenizer.tobytes())
                    index.append({"text": text, "start": start, "length": len(at_voice),
                                  "tokenizer_start": tokenizer_start, "tokenizer_length": len(at_tokenizer)})
                    start += len(at_voice)
                    tokenizer_start += len(at_tokenizer)
            say(f"{folder.name}: {len(index)} utterances, {start / VOICE_RATE / 3600:.2f} h")
    (folder / "voice.i16.part").rename(folder / "voice.i16")
    (folder / "tokenizer.i16.part").rename(folder / "tokenizer.i16")
    (folder / "index.json").write_text(json.dumps(index))


class VoiceStore:
    """The sound and text of a folder that `make_store` wrote. The last `held_out` utterances are never trained on."""

    def __init__(self, folder: Path, held_out: int = 60):
        self.folder = folder
        self.index = json.loads((folder / "index.json").read_text())
        self.voice = np.memmap(folder / "voice.i16", dtype=np.int16, mode="r")
        self.tokenizer = np.memmap(folder / "tokenizer.i16", dtype=np.int16, mode="r")
        self._tokens: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.training = range(len(self.index) - held_out)
        self.held_out = range(len(self.index) - held_out, len(self.index))

    def samples(self, utterance: int) -> np.ndarray:
        """22.05 kHz samples in [-1, 1]."""
        entry = self.index[utterance]
        return self.voice[entry["start"]:entry["start"] + entry["length"]].astype(np.float32) / 32768

    def tokenizer_samples(self, utterance: int) -> np.ndarray:
        """16 kHz samples in [-1, 1]."""
        entry = self.index[utterance]
        start = entry["tokenizer_start"]
        return self.tokenizer[start:start + entry["tokenizer_length"]].astype(np.float32) / 32768

    def make_tokens(self, codes: Callable[[np.ndarray], np.ndarray]) -> None:
        """Writes the speech tokens of every utterance, as a tokenizer gives them for samples at 16 kHz."""
        found = [codes(self.tokenizer_samples(utterance)) for utterance in range(len(self.index))]
        np.save(self.folder / "tokens_ends.npy", np.cumsum([len(tokens) for tokens in found]))
        np.save(self.folder / "tokens.npy", np.concatenate(found).astype(np.int16))

    def tokens(self, utterance: int, kind: str = "tokens") -> np.ndarray:
        """The speech tokens [tokens], or what stands in for them: `clusters`."""
        if kind not in self._tokens:
            self._tokens[kind] = np.load(self.folder / f"{kind}.npy"), np.load(self.folder / f"{kind}_ends.npy")
        tokens, ends = self._tokens[kind]
        return tokens[ends[utterance - 1] if utterance else 0:ends[utterance]]

    def text(self, utterance: int) -> str:
        return self.index[utterance]["text"]


def stores(work: Path) -> list[VoiceStore]:
    """Every store of the decoder's work folder whose features are computed."""
    return [VoiceStore(path.parent) for path in sorted(work.glob("voice/*/frames.npy"))]
