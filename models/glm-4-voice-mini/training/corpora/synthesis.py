"""Text to 16 kHz sound with the time of every phone: flite, festival and espeak-ng."""

import ctypes
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator

import numpy as np
from scipy.signal import resample_poly

from common.mel import RATE
from common.wave import read_wave
from corpora.phones import UNKNOWN, of_espeak, of_festival
from corpora.voices import Manner, Voice


@dataclass(frozen=True)
class Spoken:
    """samples: int16 [samples] at 16 kHz. phones: index of `PHONES` and the end in milliseconds of each, in order."""

    samples: np.ndarray
    phones: list[tuple[int, int]]


def to_rate(samples: np.ndarray, rate: int) -> np.ndarray:
    """int16 [samples] of any rate to int16 at 16 kHz."""
    if rate == RATE:
        return samples
    divisor = int(np.gcd(rate, RATE))
    changed = resample_poly(samples.astype(np.float32), RATE // divisor, rate // divisor)
    return np.clip(np.round(changed), -32768, 32767).astype(np.int16)


def _flite(voice: Voice, manner: Manner, text: str, scratch: Path) -> Spoken:
    wave = scratch / "flite.wav"
    command = ["flite", "-voice", voice.name, "--setf", f"duration_stretch={manner.stretch:.3f}", "--setf", f"int_f0_target_mean={voice.hertz * manner.pitch:.1f}"]
    told = subprocess.run([*command, "-psdur", "-t", text, "-o", str(wave)], check=True, capture_output=True, text=True).stdout
    phones = []
    for word in told.split():
        name, _, end = word.rpartition(":")
        phones.append((of_festival(name), round(float(end) * 1000)))
    return Spoken(to_rate(*read_wave(wave)), phones)


def _festival(voice: Voice, jobs: list[tuple[Manner, str]], scratch: Path) -> Iterator[Spoken]:
    script = [f"(voice_{voice.name})"]
    for index, (manner, text) in enumerate(jobs):
        quoted = text.replace("\\", "").replace('"', "")
        if voice.hertz:
            mean = voice.hertz * manner.pitch
            script.append(f"(set! int_lr_params '((target_f0_mean {mean:.1f}) (target_f0_std {mean / 7:.1f}) (model_f0_mean 170) (model_f0_std 34)))")
        script.append(f"(Parameter.set 'Duration_Stretch {manner.stretch:.3f})")
        wave, segments = scratch / f"{index}.wav", scratch / f"{index}.lab"
        script.append(f'(let ((u (utt.synth (Utterance Text "{quoted}")))) (utt.save.segs u "{segments}") (utt.save.wave u "{wave}"))')
    (scratch / "speak.scm").write_text("\n".join(script))
    subprocess.run(["festival", "-b", str(scratch / "speak.scm")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for index in range(len(jobs)):
        wave, segments = scratch / f"{index}.wav", scratch / f"{index}.lab"
        if not wave.exists():
            continue
        lines = [line.split() for line in segments.read_text().splitlines()]
        phones = [(of_festival(words[2]), round(float(words[0]) * 1000)) for words in lines if len(words) == 3]
        yield Spoken(to_rate(*read_wave(wave)), phones)
        wave.unlink()
        segments.unlink()


class _EspeakEvent(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int), ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int), ("sample", ctypes.c_int), ("user_data", ctypes.c_void_p), ("string", ctypes.c_char * 8),
    ]  # fmt: skip


class Espeak:
    """espeak-ng's library, whose events tell when each phoneme begins."""

    _SYNCHRONOUS, _PHONEME_EVENTS, _PHONEME = 2, 1, 7
    _RATE_PARAMETER, _PITCH_PARAMETER = 1, 3

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self._hertz = self._library.espeak_Initialize(self._SYNCHRONOUS, 0, None, self._PHONEME_EVENTS)
        self._pieces: list[np.ndarray] = []
        self._starts: list[tuple[int, str]] = []
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_EspeakEvent))
        self._callback = kind(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)

    def _hear(self, wave, count: int, events) -> int:
        if count > 0 and wave:
            self._pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while events[index].type:
            if events[index].type == self._PHONEME:
                self._starts.append((events[index].audio_position, events[index].string.decode("latin-1")))
            index += 1
        return 0

    def speak(self, voice: Voice, manner: Manner, text: str) -> Spoken:
        self._pieces, self._starts = [], []
        self._library.espeak_SetVoiceByName(voice.name.encode())
        self._library.espeak_SetParameter(self._RATE_PARAMETER, int(165 / manner.stretch), 0)
        self._library.espeak_SetParameter(self._PITCH_PARAMETER, int(np.clip(50 + 45 * np.log2(manner.pitch), 10, 95)), 0)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, 1, None, None)
        samples = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)
        ends = [start for start, _ in self._starts[1:]] + [round(1000 * len(samples) / self._hertz)]
        phones: list[tuple[int, int]] = []
        begin = 0
        for (_, name), end in zip(self._starts, ends):
            indices = of_espeak(name)
            for part, index in enumerate(indices, 1):
                phones.append((index, begin + (end - begin) * part // len(indices)))
            if not indices and phones:
                phones[-1] = (phones[-1][0], end)
            begin = end
        return Spoken(to_rate(samples, self._hertz), phones)


class Synthesizer:
    """Speaks with any voice. `scratch` is a folder of its own."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._espeak = Espeak()

    def speak(self, jobs: Iterable[tuple[Voice, Manner, str]]) -> Iterator[tuple[Voice, str, Spoken]]:
        """Speaks each text; those of a festival voice come last, spoken in one run. What an engine refuses is left out."""
        festival: dict[Voice, list[tuple[Manner, str]]] = {}
        for voice, manner, text in jobs:
            if voice.engine == "festival":
                festival.setdefault(voice, []).append((manner, text))
                continue
            try:
                spoken = self._espeak.speak(voice, manner, text) if voice.engine == "espeak" else _flite(voice, manner, text, self._scratch)
            except subprocess.CalledProcessError:
                continue
            if _is_sound(spoken):
                yield voice, text, spoken
        for voice, pairs in festival.items():
            for text, spoken in _matched(pairs, _festival(voice, pairs, self._scratch), len(pairs)):
                if _is_sound(spoken):
                    yield voice, text, spoken


def _matched(pairs, spoken, expected):
    # A text that festival refused would shift the others: such a run counts as a whole only if all its texts were spoken.
    spoken = list(spoken)
    return [(text, each) for (_, text), each in zip(pairs, spoken)] if len(spoken) == expected else []


def _is_sound(spoken: Spoken) -> bool:
    named = [index for index, _ in spoken.phones if index != UNKNOWN]
    return len(spoken.samples) > RATE // 4 and len(named) > 0.9 * len(spoken.phones) and int(np.abs(spoken.samples).max()) > 500
