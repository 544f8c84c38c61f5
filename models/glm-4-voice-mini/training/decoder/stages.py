"""The decoder's stages: the assistant's voice, the vocoder, the flow."""

import itertools
from pathlib import Path

from common.stage import Place, Stage
from decoder import clusters, features, flow_training, hift_training
from decoder.sentences import general_sentences
from decoder.sizes import FLOW
from decoder.voice import VoiceStore, make_store, stores
from language_model.domain.generator import dialogues
from language_model.domain.grammar import HELD_OUT, TRAIN
from language_model.domain.numbers import spoken

LEXICON = Path("/usr/share/festival/dicts/cmu/cmudict-0.4.out")
GENERAL_UTTERANCES = 2600
DOMAIN_UTTERANCES = 1500
HELD_OUT_UTTERANCES = 60


def make_general_voice(place: Place) -> None:
    """3.4 hours of books and daily sentences. `corpora/books` holds Project Gutenberg texts."""
    _make(place, "general", lambda: general_sentences(place.corpora / "books", LEXICON, GENERAL_UTTERANCES, seed=1))


def make_domain_voice(place: Place) -> None:
    """About an hour of answers as the language model will give them; last, some of the split that nothing is trained on."""
    _make(place, "domain", lambda: [*_answers(TRAIN, DOMAIN_UTTERANCES), *_answers(HELD_OUT, HELD_OUT_UTTERANCES)])


def train_vocoder(place: Place) -> None:
    hift_training.train(place.part("decoder"), place.finish)


def rehearse_flow(place: Place) -> None:
    """Trains the flow on stand-ins as long as there is no tokenizer; what it learns about the voice is kept."""
    if (place.work / "tokenizer" / "trained").exists():
        return
    work = place.part("decoder")
    voices = stores(work)
    if not all((voice.folder / "clusters.npy").exists() for voice in voices):
        clusters.make(voices, FLOW.vocab_size)
    flow_training.train(work, place.finish, "clusters")


def make_tokens(place: Place) -> None:
    """The assistant's voice as the finished tokenizer hears it."""
    from tokenizer.codes import SpeechTokenizer

    tokenizer = SpeechTokenizer(place.part("tokenizer") / "checkpoint.pt")
    for voice in stores(place.part("decoder")):
        voice.make_tokens(tokenizer.codes)


def train_flow(place: Place) -> None:
    flow_training.train(place.part("decoder"), place.finish)


def _make(place: Place, name: str, sentences) -> None:
    folder = place.part("decoder") / "voice" / name
    if not (folder / "index.json").exists():
        make_store(sentences(), folder)
    features.compute(VoiceStore(folder))


def _answers(split: str, count: int) -> list[str]:
    """So many different answers of the domain, as they are read aloud."""
    said: dict[str, None] = {}
    for seed in itertools.count(11):
        for dialogue in dialogues(200, split, seed):
            for exchange in dialogue.exchanges:
                said[spoken(exchange.assistant)] = None
                if len(said) == count:
                    return list(said)


STAGES = [
    Stage("voice-general", "decoder/voice/general/frames.npy", make_general_voice),
    Stage("voice-domain", "decoder/voice/domain/frames.npy", make_domain_voice),
    Stage("vocoder", "decoder/hift/weights.pt", train_vocoder),
    Stage("flow-rehearsal", "decoder/flow-clusters/weights.pt", rehearse_flow),
    Stage("voice-tokens", "decoder/voice/domain/tokens.npy", make_tokens),
    Stage("flow", "decoder/flow/weights.pt", train_flow),
]
