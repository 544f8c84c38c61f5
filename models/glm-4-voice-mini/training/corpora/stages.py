"""The corpora's stages: stores of synthetic users and of real people."""

import random
import tempfile
from pathlib import Path

from common.log import say
from common.stage import Place, Stage
from corpora import human
from corpora.sentences import Sentences
from corpora.store import StoreWriter
from corpora.synthesis import Synthesizer
from corpora.voices import HELD_OUT, TRAINING, draw

TRAINING_HOURS = 60.0
SHARDS = 4
BATCH = 400


def make_users(place: Place, name: str, hours: float, seed: int, held_out: bool) -> None:
    """Synthesizes users into the store `voices/NAME` until it has its hours; marks it done."""
    folder = place.part("voices") / name
    writer = StoreWriter(folder)
    target = int(hours * 3600 * 16_000)
    # An interrupted store goes on with other draws, not with those it has.
    source = random.Random(seed * 1_000_003 + writer.samples)
    sentences = Sentences(place.corpora / "books", human.prompts(place.corpora), source.getrandbits(30), held_out)
    with tempfile.TemporaryDirectory() as scratch:
        synthesizer = Synthesizer(Path(scratch))
        while writer.samples < target:
            jobs = [(*draw(source, HELD_OUT if held_out else TRAINING), sentences.draw()) for _ in range(BATCH)]
            for voice, text, spoken in synthesizer.speak(jobs):
                writer.add(spoken.samples, text, voice.key, spoken.phones)
            writer.flush()
            say(f"{name}: {writer.samples / 16_000 / 3600:.2f} h")
    writer.close()
    (folder / "done").touch()


def _shard(index: int) -> Stage:
    return Stage(f"users-{index}", f"voices/users-{index}/done", lambda place: make_users(place, f"users-{index}", TRAINING_HOURS / SHARDS, 100 + index, False))


def _people(place: Place) -> None:
    voices = place.part("voices")
    human.make_stores(place.corpora, voices / "people", voices / "people-held-out")
    (voices / "people" / "done").touch()


STAGES = [
    Stage("people", "voices/people/done", _people),
    Stage("users-held-out", "voices/users-held-out/done", lambda place: make_users(place, "users-held-out", 0.5, 7, True)),
    Stage("users-seen", "voices/users-seen/done", lambda place: make_users(place, "users-seen", 0.5, 8, False)),
    *(_shard(index) for index in range(SHARDS)),
]
