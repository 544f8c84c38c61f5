"""Checks that the server's tokenizer tells the same codes as this one: exports, converts, and compares some utterances."""

import argparse
import json
import shlex
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from common.wave import write_wave
from corpora.store import Store
from tokenizer.codes import SpeechTokenizer
from tokenizer.evaluate import load
from tokenizer.export import export


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--voices", type=Path, required=True)
    parser.add_argument("--voiceglm", default="voiceglm", help="how to call the command line program")
    parser.add_argument("--utterances", type=int, default=6)
    arguments = parser.parse_args()
    tokenizer = SpeechTokenizer(arguments.checkpoint)
    program = shlex.split(arguments.voiceglm)
    same = told = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        export(load(arguments.checkpoint)[0], folder / "published")
        subprocess.run([*program, "models", "convert", str(folder / "published"), "-o", str(folder / "model")], check=True, stdout=subprocess.DEVNULL)
        utterances = Store(arguments.voices / "people-held-out").utterances[: arguments.utterances]
        sounds = [utterance.samples for utterance in utterances]
        # One longer than a segment of 30 s.
        sounds.append(np.concatenate([utterance.samples for utterance in Store(arguments.voices / "people-held-out").utterances[:12]]))
        for sound in sounds:
            write_wave(folder / "sound.wav", sound, 16_000)
            output = subprocess.run([*program, "tokenize", str(folder / "sound.wav"), "--model", str(folder / "model"), "--json"], check=True, capture_output=True, text=True).stdout
            theirs = np.array(json.loads(output)["tokens"])
            ours = tokenizer.codes(sound.astype(np.float32) / 32768)
            if len(ours) != len(theirs):
                raise SystemExit(f"{len(sound)} samples: expected {len(ours)} codes, found {len(theirs)}")
            same += int((ours == theirs).sum())
            told += len(ours)
    print(f"{same} of {told} codes are the same")


if __name__ == "__main__":
    main()
