"""A learning rate that does not need to know when training ends."""

import math


def learning_rate(step: int, peak: float, warmup: int, finish_from: int = -1, finish_steps: int = 1) -> float:
    """Rises over `warmup` steps, stays, and falls by a half cosine over `finish_steps` once the end was asked for at `finish_from`."""
    rate = peak * min(1.0, (step + 1) / warmup)
    if finish_from < 0 or step < finish_from:
        return rate
    return rate * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - finish_from) / finish_steps)))
