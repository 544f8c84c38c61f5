"""Character errors through the codebook, on voices trained on, voices never heard, and real people never heard."""

import argparse
import random
from pathlib import Path
from typing import Callable, Optional

import numpy as np
import torch

from common import checkpoint
from common.edits import distance
from corpora.augment import telephone
from corpora.store import Store, Utterance
from tokenizer.batches import clean
from tokenizer.model import WhisperVQEncoder
from tokenizer.reader import Heads, text_of
from tokenizer.sizes import Sizes

SETS = {"seen": "users-seen", "held-out": "users-held-out", "people": "people-held-out"}


def noisy(sound: np.ndarray, decibels: float = 10.0) -> np.ndarray:
    """Sound in white noise that is the same for every sound of a length."""
    noise = np.random.default_rng(len(sound)).standard_normal(len(sound)).astype(np.float32)
    return sound + noise * np.sqrt((sound**2).mean()) * np.float32(10 ** (-decibels / 20))


class Evaluation:
    """A set number of utterances of each set, always the same."""

    def __init__(self, voices: Path, utterances: int = 120) -> None:
        self.sets: dict[str, list[list[Utterance]]] = {}
        for name, folder in SETS.items():
            found = [u for u in Store(voices / folder).utterances if u.text and u.length < 16_000 * 11]
            chosen = random.Random(5).sample(found, min(utterances, len(found)))
            chosen.sort(key=lambda utterance: utterance.length)
            self.sets[name] = [chosen[start : start + 8] for start in range(0, len(chosen), 8)]

    @torch.no_grad()
    def run(self, model: WhisperVQEncoder, heads: Heads, quantizing: bool, examples: int = 0, change: Optional[Callable] = None) -> str:
        """One line: character error of each set, phones, codes in use."""
        told, used = [], torch.zeros(model.sizes.quantize_vocab_size, dtype=torch.bool)
        for name, batches in self.sets.items():
            errors = letters = word_errors = words = known = right = 0
            for utterances in batches:
                batch = clean(utterances, change)
                _, tokens, valid = model(batch.mel, batch.samples)
                if quantizing:
                    codes = model.codebook.nearest(tokens)
                    used[codes[valid]] = True
                    tokens = model.codebook.weight[codes]
                scores = heads.reader(tokens, model.embed_positions2.weight[: tokens.shape[1]], valid)
                phones = heads.code_phones(tokens).unflatten(2, (model.sizes.pooling_kernel_size, -1)).flatten(1, 2).argmax(-1)
                counted = batch.phones >= 0
                known += int(counted.sum())
                right += int((phones == batch.phones)[counted].sum())
                for utterance, row, length in zip(utterances, scores, 4 * valid.sum(1)):
                    heard = text_of(row, int(length))
                    errors += distance(heard, utterance.text)
                    letters += len(utterance.text)
                    word_errors += distance(heard.split(), utterance.text.split())
                    words += len(utterance.text.split())
                    if examples > 0:
                        print(f"{name}: {utterance.voice}: {utterance.text}  ->  {heard}")
                examples -= len(utterances)
            told.append(f"{name}: CER {errors / letters:.3f} WER {word_errors / words:.3f}" + (f" phones {right / known:.3f}" if known else ""))
        return "; ".join(told) + (f"; codes {int(used.sum())}" if quantizing else "; no codebook yet")


def load(path: Path) -> tuple[WhisperVQEncoder, Heads, dict]:
    """Model, heads and the rest of a checkpoint."""
    state = checkpoint.load(path, restore_random=False)
    sizes = Sizes()
    model, heads = WhisperVQEncoder(sizes), Heads(sizes)
    model.load_state_dict(state["model"])
    heads.load_state_dict(state["heads"])
    return model.eval(), heads.eval(), state


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--voices", type=Path, required=True)
    parser.add_argument("--utterances", type=int, default=400)
    parser.add_argument("--examples", type=int, default=0, help="how many to print")
    parser.add_argument("--conditions", action="store_true", help="also through G.711 and in noise of 10 dB")
    arguments = parser.parse_args()
    model, heads, state = load(arguments.checkpoint)
    evaluation = Evaluation(arguments.voices, arguments.utterances)
    print(f"step {state['step']} hours {state['hours']:.1f}", evaluation.run(model, heads, state["quantizing"], arguments.examples))
    if arguments.conditions:
        for name, change in (("G.711", telephone), ("10 dB", noisy)):
            print(f"{name}:", evaluation.run(model, heads, state["quantizing"], change=change))


if __name__ == "__main__":
    main()
