"""What pocketsphinx hears in speech, with its open language model or with one of the domain."""

import collections
import math
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from common.edits import distance
from common.wave import write_wave

MODEL = Path("/usr/share/pocketsphinx/model/en-us")
DISCOUNT = 0.5


def words_of(text: str) -> list[str]:
    """Lower case, no punctuation; hyphens part words."""
    return re.findall(r"[a-z']+", text.lower().replace("-", " "))


def write_domain_model(sentences: list[str], path: Path) -> None:
    """A bigram language model with absolute discounting (Ney, Essen and Kneser 1994), as ARPA text."""
    singles: collections.Counter = collections.Counter()
    pairs: collections.Counter = collections.Counter()
    for sentence in sentences:
        words = ["<s>", *words_of(sentence), "</s>"]
        singles.update(words[1:])
        pairs.update(zip(words, words[1:]))
    followers = collections.Counter(first for first, _ in pairs)
    histories = collections.Counter()
    for (first, _), count in pairs.items():
        histories[first] += count
    total = sum(singles.values())
    chance = {word: count / total for word, count in singles.items()}
    vocabulary = ["<s>", *sorted(singles)]
    lines = ["\\data\\", f"ngram 1={len(vocabulary)}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    for word in vocabulary:
        probability = math.log10(chance[word]) if word in chance else -99.0
        backoff = math.log10(DISCOUNT * followers[word] / histories[word]) if word in followers else 0.0
        lines.append(f"{probability:.4f} {word} {backoff:.4f}")
    lines += ["", "\\2-grams:"]
    for (first, second), count in sorted(pairs.items()):
        backoff = DISCOUNT * followers[first] / histories[first]
        probability = (count - DISCOUNT) / histories[first] + backoff * chance[second]
        lines.append(f"{math.log10(min(1.0, probability)):.4f} {first} {second}")
    path.write_text("\n".join([*lines, "", "\\end\\", ""]))


def recognise(sounds: list[np.ndarray], rate: int, language_model: Path | None = None) -> list[str]:
    """The words heard in each sound [samples]; without a language model of its own, with pocketsphinx's open English one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for index, samples in enumerate(sounds):
            common = math.gcd(16_000, rate)
            at_16k = resample_poly(samples, 16_000 // common, rate // common)
            write_wave(folder / f"{index}.wav", np.pad(at_16k, 3200).astype(np.float32), 16_000)
        (folder / "control").write_text("".join(f"{index}\n" for index in range(len(sounds))))
        subprocess.run(
            ["pocketsphinx_batch", "-adcin", "yes", "-cepdir", name, "-cepext", ".wav", "-ctl", str(folder / "control"), "-hyp", str(folder / "heard"),
             "-hmm", str(MODEL / "en-us"), "-dict", str(MODEL / "cmudict-en-us.dict"), "-lm", str(language_model or MODEL / "en-us.lm.bin"),
             "-logfn", "/dev/null"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return [line.rsplit("(", 1)[0].strip() for line in (folder / "heard").read_text().splitlines()]


def word_error_rate(texts: list[str], heard: list[str]) -> float:
    said = [words_of(text) for text in texts]
    return sum(distance(a, words_of(b)) for a, b in zip(said, heard)) / sum(map(len, said))
