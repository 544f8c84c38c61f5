"""Recordings of real people, brought into stores; who is trained on and who never.

speechocean762 (CC BY 4.0; Zhang and others 2021): 250 speakers. Held out: the 25 whose number, among the published test
speakers, is every fifth. LJ Speech (public domain): the part that its copy has. Picovoice's commands (Apache-2.0) and the free
spoken digits (CC BY-SA 4.0) are for evaluation only.
"""

from pathlib import Path

import numpy as np

from common.wave import read_wave
from corpora.sentences import normalized
from corpora.store import StoreWriter
from corpora.synthesis import to_rate


def _table(path: Path) -> dict[str, str]:
    pairs = (line.split(maxsplit=1) for line in path.read_text().splitlines())
    return {pair[0]: pair[1].strip() for pair in pairs}


def speechocean(folder: Path) -> list[tuple[Path, str, str, bool]]:
    """Wave, text, speaker and whether held out, of each utterance."""
    found = []
    for part in ("train", "test"):
        texts, speakers, waves = (_table(folder / part / name) for name in ("text", "utt2spk", "wav.scp"))
        held_out = set(sorted(set(speakers.values()))[::5]) if part == "test" else set()
        for name, text in texts.items():
            found.append((folder / waves[name], normalized(text), f"speechocean:{speakers[name]}", speakers[name] in held_out))
    return found


def ljspeech(folder: Path) -> list[tuple[Path, str, str, bool]]:
    """The same of LJ Speech; nobody is held out."""
    found = []
    for line in (folder / "metadata_all.csv").read_text().splitlines():
        name, _, text = line.split("|")
        wave = folder / "wavs" / f"{name}.wav"
        if wave.exists():
            found.append((wave, normalized(text), "ljspeech", False))
    return found


def prompts(corpora: Path) -> list[str]:
    """What the speakers of training read aloud."""
    return [text for _, text, _, held_out in speechocean(corpora / "speechocean762") if not held_out]


def make_stores(corpora: Path, training: Path, held_out: Path) -> None:
    """Writes both stores. 44.1 kHz becomes 16; phones follow by alignment."""
    writers = {False: StoreWriter(training), True: StoreWriter(held_out)}
    entries = speechocean(corpora / "speechocean762")
    if (corpora / "ljspeech").exists():
        entries += ljspeech(corpora / "ljspeech" / "LJSpeech-1.1")
    for wave, text, speaker, is_held_out in entries:
        samples, rate = read_wave(wave)
        samples = to_rate(samples, rate)
        if len(samples) < 16_000 * 12 and np.abs(samples).max() > 200:
            writers[is_held_out].add(samples, text, speaker)
    for writer in writers.values():
        writer.close()
