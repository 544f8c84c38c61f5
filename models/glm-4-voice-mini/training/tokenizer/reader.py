"""What training reads out of the tokenizer: phones and letters, before and after the codebook. None of it is exported."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from corpora.phones import PHONES, UNKNOWN
from tokenizer.model import EncoderLayer, block_bias
from tokenizer.neighbours import Neighbours
from tokenizer.sizes import Sizes

LETTERS = "-abcdefghijklmnopqrstuvwxyz' "
BLANK = 0
_INDEX = {letter: index for index, letter in enumerate(LETTERS)}


def letters_of(text: str) -> list[int]:
    return [_INDEX[letter] for letter in text]


def text_of(scores: Tensor, frames: int) -> str:
    """The best path of scores [frames, letters], repeats and blanks taken out."""
    best = scores[:frames].argmax(-1).tolist()
    return "".join(LETTERS[now] for before, now in zip([BLANK] + best, best) if now not in (before, BLANK)).strip()


class Reader(nn.Module):
    """Reads letters from tokens, four places a token, with two layers that see the whole utterance."""

    def __init__(self, sizes: Sizes, layers: int = 2) -> None:
        super().__init__()
        self.places = sizes.pooling_kernel_size
        width = sizes.d_model
        self.entry = nn.Linear(width, width)
        self.layers = nn.ModuleList(EncoderLayer(width, sizes.encoder_attention_heads, sizes.encoder_ffn_dim) for _ in range(layers))
        neighbours = Neighbours(width, sizes.encoder_attention_heads)
        neighbours.prepare(self.layers, step=1)
        neighbours.keep_clear(self.entry)
        self.norm = nn.LayerNorm(width)
        self.letters = nn.Linear(width, self.places * len(LETTERS))

    def forward(self, tokens: Tensor, positions: Tensor, valid: Tensor) -> Tensor:
        """tokens: [batch, tokens, width]; positions: [tokens, width]. Returns logits [batch, 4 × tokens, letters]."""
        # Whatever the size of the codes, their positions are to be heard.
        hidden = self.entry(F.layer_norm(tokens, tokens.shape[-1:])) + positions
        bias = block_bias(valid, 1 << 20)
        for layer in self.layers:
            hidden = layer(hidden, bias)
        return self.letters(self.norm(hidden)).unflatten(2, (self.places, -1)).flatten(1, 2)


class Heads(nn.Module):
    """All that training reads."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width, places = sizes.d_model, sizes.pooling_kernel_size
        self.frame_norm = nn.LayerNorm(width)
        self.frame_phones = nn.Linear(width, len(PHONES))
        self.token_phones = nn.Linear(width, places * len(PHONES))
        self.code_phones = nn.Linear(width, places * len(PHONES))
        self.reader = Reader(sizes)


def letter_loss(logits: Tensor, frames: Tensor, texts: list[list[int]]) -> Tensor:
    """CTC over logits [batch, frames, letters] of lengths `frames`, a mean over letters."""
    targets = torch.tensor([letter for text in texts for letter in text])
    lengths = torch.tensor([len(text) for text in texts])
    scores = F.log_softmax(logits.float(), -1).transpose(0, 1)
    losses = F.ctc_loss(scores, targets, frames, lengths, blank=BLANK, reduction="none", zero_infinity=True)
    return losses.sum() / lengths.sum()


def phone_loss(logits: Tensor, phones: Tensor) -> Tensor:
    """Cross entropy of logits [..., phones] against labels [...], a mean over the known."""
    known = (phones != UNKNOWN).sum().clamp_min(1)
    return F.cross_entropy(logits.float().flatten(0, -2), phones.flatten(), ignore_index=UNKNOWN, reduction="sum") / known


@torch.no_grad()
def phone_accuracy(logits: Tensor, phones: Tensor) -> float:
    known = phones != UNKNOWN
    return float((logits.argmax(-1) == phones)[known].float().mean()) if known.any() else float("nan")
