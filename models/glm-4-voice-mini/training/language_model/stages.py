"""The language model's stages: its encoding, a rehearsal, the sound of the dialogues, their tokens, the training."""

import os

from common.stage import Place, Stage

RECORDINGS = 3
"""Times that the dialogues' users are recorded, each by other voices."""
ROOMS = 3
"""Times that each recording is heard, each in another room."""
LOUD_ROOM = 2
"""The one of them that is noisy."""
OTHERS = 2
"""Stores of the tokenizer's synthetic users that are read as well."""
EVALUATED = 150
"""Conversations of each condition in the evaluation set."""


def _make_bpe(place: Place) -> None:
    from language_model.make_bpe import make

    make(place.corpora / "books", place.part("language_model") / "bpe")


def _rehearse(place: Place) -> None:
    from language_model.rehearse import rehearse

    folder = place.part("language_model")
    (folder / "pid").write_text(str(os.getpid()))
    rehearse(folder / "bpe", folder / "rehearsal")


def _record_assistant(place: Place) -> None:
    from language_model.recordings import make_assistant

    make_assistant(place.part("language_model") / "assistant")


def _record_users(take: int) -> Stage:
    def make(place: Place) -> None:
        from language_model.recordings import make_users

        make_users(place.part("language_model") / f"users-{take}", take)

    return Stage(f"dialogue-users-{take}", f"language_model/users-{take}/done", make)


def _encode(place: Place) -> None:
    from decoder.voice import stores
    from language_model import encode

    folder = place.part("language_model")
    banks = folder / "banks"
    encoder = encode.Encoder(place.work / "tokenizer" / "checkpoint.pt")

    def unless_there(name: str, make) -> None:
        if not (banks / name / "texts.json").exists():
            make(banks / name)

    unless_there("assistant", lambda out: encode.encode_assistant(encoder, folder / "assistant", out))
    unless_there("readings", lambda out: encode.encode_readings(encoder, stores(place.work / "decoder"), out))
    unless_there("noises", lambda out: encode.encode_noises(encoder, folder / "users-0", out))
    for room in range(ROOMS):
        amounts = encode.LOUD if room == LOUD_ROOM else encode.Amounts()
        for take in range(RECORDINGS):
            unless_there(f"users-{take}-{room}", lambda out: encode.encode_users(encoder, folder / f"users-{take}", out, room, amounts))
        unless_there(f"people-{room}", lambda out: encode.encode_users(encoder, place.work / "voices" / "people", out, room, amounts))
    for store in range(OTHERS):
        unless_there(f"others-{store}", lambda out: encode.encode_users(encoder, place.work / "voices" / f"users-{store}", out, 0))
    (banks / "done").touch()


def _train(place: Place) -> None:
    from language_model.learn import learn

    folder = place.part("language_model")
    (folder / "pid").write_text(str(os.getpid()))
    learn(folder, place.finish)


def _make_evaluation_set(place: Place) -> None:
    from language_model.evaluation_set import make

    digits = place.corpora / "free-spoken-digit-dataset" / "recordings"
    make(place.part("language_model") / "evaluation", EVALUATED, people=place.work / "voices" / "people-held-out", digits=digits if digits.exists() else None)


STAGES = [
    Stage("bpe", "language_model/bpe/tokenizer.model", _make_bpe),
    Stage("rehearsal", "language_model/rehearsal/final.pt", _rehearse),
    Stage("dialogue-assistant", "language_model/assistant/done", _record_assistant),
    *(_record_users(take) for take in range(RECORDINGS)),
    Stage("dialogue-tokens", "language_model/banks/done", _encode),
    Stage("language-model", "language_model/model/final.pt", _train),
    Stage("evaluation-set", "language_model/evaluation/conversations.jsonl", _make_evaluation_set),
]
