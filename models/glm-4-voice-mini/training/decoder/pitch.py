"""The fundamental frequency of clean speech, one value per mel frame, by autocorrelation and a best path."""

import numpy as np

LOWEST_HERTZ = 80.0
HIGHEST_HERTZ = 420.0
WINDOW_SECONDS = 0.035
CANDIDATES = 6
# Costs as in Boersma (1993), in units of normalised autocorrelation.
VOICING_THRESHOLD = 0.45
SILENCE = 0.01
OCTAVE_COST = 0.02
OCTAVE_JUMP_COST = 1.0
VOICING_CHANGE_COST = 0.14


def track(samples: np.ndarray, sample_rate: int, hop: int) -> np.ndarray:
    """Hertz of each of the `len(samples) // hop` frames, at its centre; 0 where there is no voice."""
    count = len(samples) // hop
    window_length = int(WINDOW_SECONDS * sample_rate) // 2 * 2
    fft_length = 1 << int(np.ceil(np.log2(2 * window_length)))
    window = np.hanning(window_length)
    padded = np.pad(samples.astype(np.float64), window_length)
    starts = np.arange(count) * hop + hop // 2 + window_length - window_length // 2
    frames = padded[starts[:, None] + np.arange(window_length)]
    peak = np.abs(frames).max(axis=1) / max(np.abs(samples).max(), 1e-9)
    frames = (frames - frames.mean(axis=1, keepdims=True)) * window

    lags = np.arange(int(sample_rate / HIGHEST_HERTZ), int(sample_rate / LOWEST_HERTZ) + 2)
    window_correlation = np.fft.irfft(np.abs(np.fft.rfft(window, fft_length)) ** 2)
    correlation = np.fft.irfft(np.abs(np.fft.rfft(frames, fft_length)) ** 2)
    correlation = correlation[:, lags] / np.maximum(correlation[:, :1], 1e-12)
    correlation /= window_correlation[lags] / window_correlation[0]

    hertz, strength = _candidates(correlation, lags, sample_rate)
    unvoiced = VOICING_THRESHOLD + np.maximum(0, 2 - peak / SILENCE)
    return _best_path(hertz, strength, unvoiced)


def _candidates(correlation: np.ndarray, lags: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """The highest peaks of each frame, refined by a parabola: hertz and strength [frames, CANDIDATES]."""
    left, middle, right = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    is_peak = (middle > left) & (middle >= right)
    curvature = np.minimum(left - 2 * middle + right, -1e-9)
    offset = np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)
    height = np.where(is_peak, middle - 0.25 * (left - right) * offset, -1)
    hertz = sample_rate / (lags[1:-1] + offset)
    # A slightly higher pitch is preferred among equals, or subharmonics would win.
    strength = np.where(is_peak, height + OCTAVE_COST * np.log2(hertz / LOWEST_HERTZ), -1)
    best = np.argsort(-strength, axis=1)[:, :CANDIDATES]
    return np.take_along_axis(hertz, best, 1), np.take_along_axis(strength, best, 1)


def _best_path(hertz: np.ndarray, strength: np.ndarray, unvoiced: np.ndarray) -> np.ndarray:
    count, candidates = hertz.shape
    octaves = np.log2(hertz)
    score = np.concatenate([strength, unvoiced[:, None]], axis=1)
    total = score[0].copy()
    origins = np.zeros((count, candidates + 1), dtype=np.int64)
    cost = np.full((candidates + 1, candidates + 1), VOICING_CHANGE_COST)
    cost[-1, -1] = 0
    for frame in range(1, count):
        cost[:-1, :-1] = OCTAVE_JUMP_COST * np.abs(octaves[frame - 1][:, None] - octaves[frame][None])
        options = total[:, None] - cost
        origins[frame] = options.argmax(axis=0)
        total = options.max(axis=0) + score[frame]
    path = np.zeros(count, dtype=np.int64)
    path[-1] = total.argmax()
    for frame in range(count - 1, 0, -1):
        path[frame - 1] = origins[frame, path[frame]]
    voiced = path < candidates
    return np.where(voiced, hertz[np.arange(count), np.minimum(path, candidates - 1)], 0).astype(np.float32)
