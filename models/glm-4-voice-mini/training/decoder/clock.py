"""Which mel frames a speech token becomes: 12.5 tokens and 86.13 frames a second have no whole ratio."""

import numpy as np

from common.mel import VOCODER_HOP as HOP

# 80 ms, at the vocoder's rate and at the tokenizer's: whole numbers both.
TOKEN_SAMPLES = 1764
TOKENIZER_TOKEN_SAMPLES = 1280


def frames_of(tokens: int) -> int:
    """Frames of a reply of so many tokens, from its beginning."""
    return tokens * TOKEN_SAMPLES // HOP


def token_at(frame: int) -> int:
    return frame * HOP // TOKEN_SAMPLES


def first_frame_of(token: int) -> int:
    """The first frame that begins within a token."""
    return -(-token * TOKEN_SAMPLES // HOP)


def stretch(tokens: int) -> np.ndarray:
    """The token of each frame of a whole reply, as nearest interpolation in single precision finds it."""
    frames = frames_of(tokens)
    scale = np.float32(tokens) / np.float32(frames)
    return np.minimum(np.floor(np.arange(frames, dtype=np.float32) * scale).astype(np.int64), tokens - 1)
