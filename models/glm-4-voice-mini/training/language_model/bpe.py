"""Byte-level byte-pair encoding in tiktoken's format, and the joint vocabulary: ranks, special tokens, speech tokens."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Sequence, Tuple

SPECIALS = ("<|endoftext|>", "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>",
            "<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>", "<|begin_of_audio|>", "<|end_of_audio|>")
STOPS = ("<|endoftext|>", "<|user|>", "<|observation|>")
RANKS = 2480
SPEECH_TOKENS = 512

_CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")


def _kind(character: str) -> str:
    """L letter, N number, R line break, S space, O other."""
    if character in "\r\n":
        return "R"
    category = unicodedata.category(character)[0]
    return category if category in "LN" else "S" if character.isspace() else "O"


def split(text: str) -> Iterator[str]:
    """The pieces that are merged on their own.

    glm-4-voice-9b tokenization_chatglm.py:
    ``(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+``
    """
    kinds = [_kind(character) for character in text] + ["E"]

    def run(start: int, kind: str, at_most: int = len(text)) -> int:
        end = start
        while end - start < at_most and kinds[end] == kind:
            end += 1
        return end

    start = 0
    while start < len(text):
        end = _contraction(text, start)
        if end == start:
            first = kinds[start]
            after_space = start + 1 if text[start] == " " else start
            if first == "L":
                end = run(start, "L")
            elif first in "SO" and kinds[start + 1] == "L":
                end = run(start + 1, "L")
            elif first == "N":
                end = run(start, "N", 3)
            elif kinds[after_space] == "O":
                end = run(run(after_space, "O"), "R")
            else:
                end = _white_space(kinds, start)
        yield text[start:end]
        start = end


def _contraction(text: str, start: int) -> int:
    for contraction in _CONTRACTIONS:
        if text[start:start + len(contraction)].lower() == contraction:
            return start + len(contraction)
    return start


def _white_space(kinds: Sequence[str], start: int) -> int:
    """To the last line break; else all of it at the end of the text; else all but the last, which goes with what follows."""
    end = start
    after_break = start
    while kinds[end] in "SR":
        end += 1
        if kinds[end - 1] == "R":
            after_break = end
    if after_break > start:
        return after_break
    return end if kinds[end] == "E" or end == start + 1 else end - 1


class Bpe:
    """Text to ids and back. Ids: ranks, then the special tokens, then the speech tokens."""

    def __init__(self, tokens: Sequence[bytes], speech_tokens: int = SPEECH_TOKENS) -> None:
        self.tokens = list(tokens)
        self.ranks = {token: rank for rank, token in enumerate(self.tokens)}
        self.specials = {name: len(self.tokens) + i for i, name in enumerate(SPECIALS)}
        self.first_speech = len(self.tokens) + len(SPECIALS)
        self.speech_tokens = speech_tokens
        self._cache: Dict[str, List[int]] = {}

    def __len__(self) -> int:
        return self.first_speech + self.speech_tokens

    def encode(self, text: str) -> List[int]:
        """Ids of a text as it is; names of special tokens in it are only text."""
        return [id for piece in split(text) for id in self._encode_piece(piece)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of the ranks among ids; all else says nothing."""
        return b"".join(self.tokens[id] for id in ids if id < len(self.tokens)).decode("utf-8", "replace")

    def _encode_piece(self, piece: str) -> List[int]:
        if piece not in self._cache:
            parts = [bytes([value]) for value in piece.encode()]
            while len(parts) > 1:
                rank, place = min((self.ranks.get(parts[i] + parts[i + 1], len(self.tokens)), i) for i in range(len(parts) - 1))
                if rank == len(self.tokens):
                    break
                parts[place:place + 2] = [parts[place] + parts[place + 1]]
            self._cache[piece] = [self.ranks[part] for part in parts]
        return self._cache[piece]

    def save(self, folder: Path, context_length: int) -> None:
        """Writes ``tokenizer.model`` and ``tokenizer_config.json`` as glm-4-voice-9b has them."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = (f"{base64.b64encode(token).decode()} {rank}\n" for rank, token in enumerate(self.tokens))
        (folder / "tokenizer.model").write_text("".join(lines))
        names = [(name, True) for name in SPECIALS] + [(f"<|audio_{i}|>", False) for i in range(self.speech_tokens)]
        added = {str(len(self.tokens) + i): {"content": name, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": special}
                 for i, (name, special) in enumerate(names)}
        config = {"added_tokens_decoder": added, "additional_special_tokens": list(SPECIALS), "clean_up_tokenization_spaces": False, "do_lower_case": False,
                  "eos_token": SPECIALS[0], "model_max_length": context_length, "pad_token": SPECIALS[0], "padding_side": "left", "remove_space": False,
                  "tokenizer_class": "ChatGLM4Tokenizer"}
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")

    @staticmethod
    def load(folder: Path) -> "Bpe":
        """Reads what `save` wrote."""
        lines = (folder / "tokenizer.model").read_text().split("\n")
        names = json.loads((folder / "tokenizer_config.json").read_text())["added_tokens_decoder"].values()
        return Bpe([base64.b64decode(line.split(" ")[0]) for line in lines if line], sum(name["content"].startswith("<|audio_") for name in names))


def train(texts: Iterable[Tuple[str, int]], ranks: int = RANKS) -> List[bytes]:
    """Learns the tokens from texts with weights: 256 bytes, then the most frequent pair joined, again and again.

    Digits are never joined, so that a number is read digit by digit. gpt-2's order of bytes: printable ones first.
    """
    counts: Counter = Counter()
    for text, weight in texts:
        for piece in split(text):
            counts[piece] += weight
    words = [[bytes([value]) for value in piece.encode()] for piece in counts]
    weights = list(counts.values())
    pairs: Counter = Counter()
    places: Dict[Tuple[bytes, bytes], set] = defaultdict(set)
    for i, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += weights[i]
            places[pair].add(i)

    def printable(value: int) -> bool:
        return 0x21 <= value <= 0x7E or 0xA1 <= value <= 0xAC or 0xAE <= value <= 0xFF

    tokens = [bytes([value]) for value in sorted(range(256), key=lambda value: not printable(value))]
    known = set(tokens)
    while len(tokens) < ranks:
        left, right = max((pair for pair in pairs if not _has_digit(pair)), key=lambda pair: (pairs[pair], pair))
        if left + right not in known:
            known.add(left + right)
            tokens.append(left + right)
        for i in list(places[left, right]):
            for pair in zip(words[i], words[i][1:]):
                pairs[pair] -= weights[i]
                places[pair].discard(i)
                if not places[pair]:
                    places.pop(pair)
                    pairs.pop(pair, None)
            words[i] = _join(words[i], left, right)
            for pair in zip(words[i], words[i][1:]):
                pairs[pair] += weights[i]
                places[pair].add(i)
    return tokens


def _has_digit(pair: Tuple[bytes, bytes]) -> bool:
    return any(0x30 <= value <= 0x39 for part in pair for value in part)


def _join(word: List[bytes], left: bytes, right: bytes) -> List[bytes]:
    joined: List[bytes] = []
    for part in word:
        if joined and joined[-1] == left and part == right:
            joined[-1] = left + right
        else:
            joined.append(part)
    return joined
