"""Vector quantization with a codebook that follows the averages of what it stands for (van den Oord and others 2017, appendix A.1)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Codebook(nn.Embedding):
    """Entries, and which is nearest."""

    def __init__(self, entries: int, width: int) -> None:
        super().__init__(entries, width)
        self.weight.requires_grad_(False)

    def nearest(self, vectors: Tensor) -> Tensor:
        """Index of the nearest entry of vectors [..., width]."""
        flat = vectors.detach().float().reshape(-1, vectors.shape[-1])
        distances = torch.addmm((self.weight**2).sum(1) + (flat**2).sum(1, keepdim=True), flat, self.weight.t(), alpha=-2.0)
        return distances.argmin(1).reshape(vectors.shape[:-1])


class Quantizer:
    """Trains the codebook of a model. Keeps no state but the model's own."""

    def __init__(self, model, decay: float, restart_below: float = 0.02) -> None:
        self._model = model
        self._decay = decay
        self._restart_below = restart_below

    @torch.no_grad()
    def begin(self, vectors: Tensor, rounds: int = 12) -> None:
        """Places the entries by k-means over vectors [count, width]."""
        book = self._model.codebook
        entries = book.num_embeddings
        book.weight.copy_(vectors[torch.randperm(len(vectors))[:entries]])
        for _ in range(rounds):
            nearest = book.nearest(vectors)
            counts = torch.bincount(nearest, minlength=entries).float()
            sums = torch.zeros_like(book.weight).index_add_(0, nearest, vectors)
            used = counts > 0
            book.weight[used] = sums[used] / counts[used, None]
            book.weight[~used] = vectors[torch.randint(len(vectors), (int((~used).sum()),))]
        counts = torch.bincount(book.nearest(vectors), minlength=entries).float()
        self._model.ema_count.copy_(counts / counts.mean())
        self._model.ema_weight.copy_(book.weight * self._model.ema_count[:, None])

    @torch.no_grad()
    def update(self, vectors: Tensor, nearest: Tensor) -> None:
        """Moves the entries towards the averages of the vectors [count, width] they are nearest to; unused ones start again."""
        model = self._model
        counts = torch.bincount(nearest, minlength=len(model.ema_count)).float()
        sums = torch.zeros_like(model.ema_weight).index_add_(0, nearest, vectors)
        # Counts are shares of a uniform use: 1 is an entry's fair part.
        share = len(model.ema_count) / len(vectors)
        model.ema_count.mul_(self._decay).add_(counts * share, alpha=1 - self._decay)
        model.ema_weight.mul_(self._decay).add_(sums * share, alpha=1 - self._decay)
        dead = model.ema_count < self._restart_below
        if dead.any():
            chosen = vectors[torch.randint(len(vectors), (int(dead.sum()),))]
            model.ema_count[dead] = 0.2
            model.ema_weight[dead] = 0.2 * chosen
        model.codebook.weight.copy_(model.ema_weight / model.ema_count.clamp_min(1e-5)[:, None])

    def __call__(self, tokens: Tensor, valid: Tensor, learn: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Replaces tokens [batch, tokens, width] by their entries, straight through; returns them, the commitment loss, the codes."""
        tokens = tokens.float()
        codes = self._model.codebook.nearest(tokens)
        entries = self._model.codebook.weight[codes]
        commitment = F.mse_loss(tokens[valid], entries[valid])
        if learn:
            self.update(tokens.detach()[valid], codes[valid])
        return tokens + (entries - tokens).detach(), commitment, codes
