"""Sound to speech tokens: the frozen tokenizer hears the users through rooms, microphones and telephones, the assistant as it is."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Callable, Iterator, List, Tuple

import numpy as np
import torch

from common.log import say
from common.mel import RATE, whisper_mel
from corpora.augment import Amounts, Augmenter, augmented_mel
from corpora.store import Store, Utterance
from decoder.voice import VoiceStore
from tokenizer.codes import SpeechTokenizer

from .speech import TokenBank

TOKEN_SAMPLES = 1280
SECONDS_AT_ONCE = 48.0
NOISES = 2500
LOUD = Amounts(noise=1.0, decibels=(3.0, 18.0), telephone=0.3)
"""A noisy place: without it, users in noise are one in six."""

Sound = np.ndarray
"""float32 [samples] in [-1, 1] at 16 kHz."""


class Encoder:
    """The tokenizer, for sounds of any number and length."""

    def __init__(self, checkpoint: Path) -> None:
        self._model = SpeechTokenizer(checkpoint).model

    def __call__(self, sounds: List[Sound], augmented: bool = False) -> List[List[int]]:
        """The tokens of each sound, in its order. augmented: the spectrograms are bent as those of other throats and microphones."""
        tokens: List[List[int]] = [[] for _ in sounds]
        batch: List[int] = []
        for index in sorted(range(len(sounds)), key=lambda i: len(sounds[i])):
            if batch and (len(batch) + 1) * len(sounds[index]) > SECONDS_AT_ONCE * RATE:
                self._encode(sounds, batch, augmented, tokens)
                batch = []
            batch.append(index)
        if batch:
            self._encode(sounds, batch, augmented, tokens)
        return tokens

    @torch.no_grad()
    def _encode(self, sounds: List[Sound], batch: List[int], augmented: bool, tokens: List[List[int]]) -> None:
        lengths = torch.tensor([len(sounds[index]) for index in batch])
        padded = torch.zeros(len(batch), -(-int(lengths.max()) // TOKEN_SAMPLES) * TOKEN_SAMPLES)
        for row, index in zip(padded, batch):
            row[:len(sounds[index])] = torch.from_numpy(sounds[index])
        if augmented:
            mel = augmented_mel(padded, lengths)
        else:
            # Each spectrogram has a floor of its own, so each is made by itself.
            mel = torch.zeros(len(batch), padded.shape[1] // 160, 128)
            for row, sound, length in zip(mel, padded, lengths.tolist()):
                whole = -(-length // TOKEN_SAMPLES) * TOKEN_SAMPLES
                row[:whole // 160] = whisper_mel(sound[:whole])
        # Twice as fast, and as good as one more microphone; the assistant's own tokens are to be exact.
        with torch.autocast("cpu", torch.bfloat16, enabled=augmented):
            codes, valid = self._model.codes(mel, lengths)
        for index, row, heard in zip(batch, codes, valid):
            tokens[index] = row[heard].tolist()


def encode_users(encoder: Encoder, store: Path, out: Path, take: int, amounts: Amounts = Amounts()) -> None:
    """A store of users into a bank, each utterance once as a room and a microphone made it; another `take` draws others."""
    _seed(f"{store.name} {take}")
    augment = _augmenter(Store(store).utterances, amounts)
    _encode(encoder, Store(store).utterances, out, lambda utterance: augment(utterance.samples)[0], augmented=True)


def encode_assistant(encoder: Encoder, store: Path, out: Path) -> None:
    """The assistant's answers into a bank."""
    _encode(encoder, Store(store).utterances, out, lambda utterance: utterance.samples.astype(np.float32) / 32768, augmented=False)


def encode_readings(encoder: Encoder, stores: List[VoiceStore], out: Path) -> None:
    """What the assistant's voice read for the decoder's sake, into a bank; the last utterances of a store are kept for measuring."""
    items: List[Tuple[str, List[int]]] = []
    for store in stores:
        tokens = encoder([store.tokenizer_samples(utterance) for utterance in store.training])
        items += [(store.text(utterance), heard) for utterance, heard in zip(store.training, tokens)]
    TokenBank.write(out, items)
    say(f"{out.name}: {len(items)} utterances")


def encode_noises(encoder: Encoder, store: Path, out: Path) -> None:
    """What cannot be understood: noise, people talking far away, speech played backwards, and scraps of it. Their text is empty."""
    _seed("noises")
    utterances = Store(store).utterances
    augment = _augmenter(utterances)
    sounds: List[Sound] = []
    for _ in range(NOISES):
        speech = random.choice(utterances).samples
        kind = random.random()
        if kind < 0.4:
            sounds.append(augment(_hiss(random.randint(RATE // 4, RATE)))[0])
        elif kind < 0.7:
            length = random.randint(RATE // 2, 2 * RATE)
            sounds.append(augment(np.ascontiguousarray(speech[::-1][:length]))[0])
        else:
            start = random.randrange(max(1, len(speech) - RATE // 4))
            sounds.append(augment(speech[start:start + random.randint(RATE // 8, RATE // 4)])[0])
    TokenBank.write(out, [("", tokens) for tokens in encoder(sounds, augmented=True) if tokens])


def _hiss(samples: int) -> np.ndarray:
    return (np.random.default_rng(random.getrandbits(32)).standard_normal(samples) * 300).astype(np.int16)


def _encode(encoder: Encoder, utterances: List[Utterance], out: Path, sound_of: Callable[[Utterance], Sound], augmented: bool) -> None:
    items: List[Tuple[str, List[int]]] = []
    for part in _parts(utterances, 600):
        items += zip((utterance.text for utterance in part), encoder([sound_of(utterance) for utterance in part], augmented))
        if len(items) % 6000 == 0:
            say(f"{out.name}: {len(items)} of {len(utterances)}")
    TokenBank.write(out, items)
    say(f"{out.name}: {len(items)} utterances, {sum(len(tokens) for _, tokens in items) / 12.5 / 3600:.2f} h")


def _parts(utterances: List[Utterance], count: int) -> Iterator[List[Utterance]]:
    for start in range(0, len(utterances), count):
        yield utterances[start:start + count]


def _augmenter(utterances: List[Utterance], amounts: Amounts = Amounts()) -> Augmenter:
    augment = Augmenter(amounts)
    augment.take_babble([utterance.samples for utterance in random.sample(utterances, min(40, len(utterances)))])
    return augment


def _seed(name: str) -> None:
    """The augmenter draws from `random` alone."""
    random.seed(name)
