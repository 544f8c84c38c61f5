"""Stand-ins for speech tokens, so that the flow can begin before the tokenizer is there: clusters of 80 ms of mel spectrogram."""

import numpy as np

from decoder.clock import TOKENIZER_TOKEN_SAMPLES, first_frame_of
from decoder.features import Features
from decoder.voice import VoiceStore

PARTS = 3
BANDS = 20
ROUNDS = 12
SAMPLE = 30_000


def patches(store: VoiceStore, features: Features, utterance: int) -> np.ndarray:
    """The mel of each token's time, averaged to three parts of 20 bands: [tokens, 60]."""
    mel = features.mel(utterance).reshape(features.frames(utterance), BANDS, -1).mean(axis=2)
    count = -(-store.index[utterance]["tokenizer_length"] // TOKENIZER_TOKEN_SAMPLES)
    edges = np.array([np.linspace(first_frame_of(token), first_frame_of(token + 1), PARTS + 1) for token in range(count)]).astype(int)
    edges = np.minimum(edges, len(mel) - 1)
    sums = np.concatenate([np.zeros((1, BANDS)), np.cumsum(mel, axis=0)])
    ends = np.maximum(edges[:, 1:], edges[:, :-1] + 1)
    means = (sums[ends] - sums[edges[:, :-1]]) / (ends - edges[:, :-1])[..., None]
    return means.reshape(count, -1).astype(np.float32)


def nearest(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    square = (centres**2).sum(axis=1)
    return np.concatenate([np.argmin(square - 2 * part @ centres.T, axis=1) for part in np.array_split(rows, len(rows) // 20_000 + 1)])


def make(stores: list[VoiceStore], count: int) -> None:
    """Writes `clusters.npy` and `clusters_ends.npy` to every store."""
    draw = np.random.default_rng(5)
    rows = [[patches(store, features, u) for u in range(len(store.index))] for store in stores for features in [Features(store.folder)]]
    sample = np.concatenate([np.concatenate(part) for part in rows])
    sample = sample[draw.permutation(len(sample))[:SAMPLE]]
    centres = sample[:count].copy()
    for _ in range(ROUNDS):
        owner = nearest(sample, centres)
        for index in range(count):
            mine = sample[owner == index]
            centres[index] = mine.mean(axis=0) if len(mine) else sample[draw.integers(len(sample))]
    for store, part in zip(stores, rows):
        np.save(store.folder / "clusters_ends.npy", np.cumsum([len(patch) for patch in part]))
        np.save(store.folder / "clusters.npy", nearest(np.concatenate(part), centres).astype(np.int16))
