"""Decodes a reply block by block, as the service does: the same blocks, context, prompt and cross-fade."""

import numpy as np
import torch

from decoder.clock import first_frame_of, frames_of, stretch, token_at
from decoder.flow import Flow

BLOCK_TOKENS = (10, 20, 40, 50)
CONTEXT_TOKENS = 50
OVERLAP_TOKENS = 5


def whole(flow: Flow, tokens: np.ndarray, noise: np.ndarray, steps: int, guidance: float | None = None) -> np.ndarray:
    """Tokens [tokens] and noise [frames, bins] to mel [frames, bins], all at once."""
    return _run(flow, tokens, stretch(len(tokens)), noise[:frames_of(len(tokens))], noise[:0], steps, guidance)


def in_blocks(flow: Flow, tokens: np.ndarray, noise: np.ndarray, steps: int, guidance: float | None = None) -> tuple[np.ndarray, list[int]]:
    """The same in blocks. Also returns the frames at which blocks were joined."""
    mel = noise[:0]
    spoken, decoded, seams = 0, 0, []
    for block in _blocks(len(tokens)):
        start = min(decoded - CONTEXT_TOKENS, token_at(spoken))
        start = max(0, start) // flow.config.block_size * flow.config.block_size
        end = decoded + block
        first, last = first_frame_of(start), frames_of(end)
        if start == 0:
            token_of_frame = stretch(end)
        else:
            token_of_frame = np.array([min(token_at(frame), end - 1) - start for frame in range(first, last)])
        fresh = _run(flow, tokens[start:end], token_of_frame, noise[first:last], mel[first:spoken], steps, guidance)[spoken - first:]
        held = len(mel) - spoken
        weight = 0.5 - 0.5 * np.cos(np.pi * (np.arange(held) + 0.5) / max(1, held))[:, None]
        fresh[:held] = mel[spoken:] + weight * (fresh[:held] - mel[spoken:])
        mel = np.concatenate([mel[:spoken], fresh])
        decoded = end
        if end < len(tokens):
            spoken = max(spoken, len(mel) - frames_of(OVERLAP_TOKENS))
            seams.append(spoken)
    return mel, seams


def _blocks(count: int):
    done, index = 0, 0
    while done < count:
        block = min(BLOCK_TOKENS[min(index, len(BLOCK_TOKENS) - 1)], count - done)
        yield block
        done += block
        index += 1


def _run(flow: Flow, tokens, token_of_frame, noise, known, steps: int, guidance: float | None) -> np.ndarray:
    prompt = np.zeros_like(noise)
    prompt[:len(known)] = known
    mel = flow(
        torch.from_numpy(np.asarray(tokens, dtype=np.int64))[None], torch.from_numpy(token_of_frame)[None],
        torch.from_numpy(noise)[None], torch.from_numpy(prompt)[None], steps, guidance)
    return mel[0].numpy()
