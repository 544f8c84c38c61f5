"""Finds when real people say each phone: the best path of their transcript's phones through what the model hears.

Synthetic voices come with the time of every phone; people come with text alone. Once the model knows phones well enough, this
gives people's frames labels, too (`aligned.jsonl` beside their store).
"""

import json
import os
from pathlib import Path
from typing import Optional

import numpy as np
import torch

from common.log import say
from corpora.phones import INDEX, SILENCE
from corpora.store import Store
from tokenizer.batches import FRAME_MILLISECONDS, clean
from tokenizer.model import WhisperVQEncoder
from tokenizer.reader import Heads


def pronunciations(corpora: Path) -> dict[str, list[int]]:
    """The first pronunciation of each word: CMU's dictionary (Debian's pocketsphinx), then speechocean762's own."""
    found: dict[str, list[int]] = {}
    for path in (corpora / "speechocean762" / "resource" / "lexicon.txt", Path("/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict")):
        for line in path.read_text().splitlines():
            word, *phones = line.split()
            indices = [INDEX.get(phone.rstrip("012")) for phone in phones]
            if None not in indices:
                found.setdefault(word.lower(), indices)
    return found


def best_path(scores: np.ndarray, states: list[int], optional: list[bool]) -> Optional[list[int]]:
    """The state of each frame. scores: log probabilities [frames, phones]; states: phones in order, some of which may be left out."""
    emissions = scores[:, states]
    frames, count = emissions.shape
    skip = np.full(count, -np.inf)
    skip[2:] = np.where(optional[1:-1], 0.0, -np.inf)
    best = np.full(count, -np.inf)
    best[0] = emissions[0, 0]
    if optional[0]:
        best[1] = emissions[0, 1]
    came = np.zeros((frames, count), np.int8)
    for frame in range(1, frames):
        options = np.stack([best, np.append(-np.inf, best[:-1]), np.append([-np.inf, -np.inf], best[:-2]) + skip])
        came[frame] = options.argmax(0)
        best = options[came[frame], np.arange(count)] + emissions[frame]
    state = count - 1 if not optional[-1] or best[-1] >= best[-2] else count - 2
    if not np.isfinite(best[state]):
        return None
    path = [state]
    for frame in range(frames - 1, 0, -1):
        path.append(path[-1] - int(came[frame, path[-1]]))
    return path[::-1]


def align(model: WhisperVQEncoder, heads: Heads, voices: Path, corpora: Path) -> None:
    """Writes the alignment of the people of training."""
    words = pronunciations(corpora)
    store = Store(voices / "people")
    found: list[Optional[list[list[int]]]] = [None] * len(store.utterances)
    agreements = []
    order = sorted(range(len(found)), key=lambda index: store.utterances[index].length)
    for start in range(0, len(order), 8):
        chosen = [index for index in order[start : start + 8] if all(word in words for word in store.utterances[index].text.split()) and store.utterances[index].length < 16_000 * 20]
        if not chosen:
            continue
        batch = clean([store.utterances[index] for index in chosen])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            hidden, _, _ = model(batch.mel, batch.samples)
            scores = torch.log_softmax(heads.frame_phones(heads.frame_norm(hidden)).float(), -1).numpy()
        for index, rows, samples in zip(chosen, scores, batch.samples.tolist()):
            states, optional = [SILENCE], [True]
            for word in store.utterances[index].text.split():
                states += words[word] + [SILENCE]
                optional += [False] * len(words[word]) + [True]
            rows = rows[: -(-samples // 320)]
            path = best_path(rows, states, optional) if len(rows) > len(states) else None
            if path is None:
                continue
            agreements.append(float((rows.argmax(1) == np.array(states)[path]).mean()))
            changes = [frame for frame in range(len(path)) if frame + 1 == len(path) or path[frame + 1] != path[frame]]
            found[index] = [[states[path[frame]], (frame + 1) * FRAME_MILLISECONDS] for frame in changes]
    target = voices / "people" / "aligned.jsonl"
    fresh = target.with_suffix(".writing")
    fresh.write_text("".join(json.dumps(each, separators=(",", ":")) + "\n" for each in found))
    os.replace(fresh, target)
    missing = sum(each is None for each in found)
    say(f"aligned: {len(found) - missing} of {len(found)}; the model agrees with {np.mean(agreements):.3f} of the frames")
