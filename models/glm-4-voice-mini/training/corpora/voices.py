"""Which synthetic voices speak for the users, and which of them are never trained on.

`HELD_OUT` is the one place that decides: evaluation uses these voices, training none of them.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """A voice of an engine. `weight` is its share among the voices of training."""

    engine: str
    name: str
    weight: float = 1.0
    hertz: float = 0.0

    @property
    def key(self) -> str:
        return f"{self.engine}:{self.name}"


@dataclass(frozen=True)
class Manner:
    """How a voice speaks: durations times `stretch`, and the mean pitch times `pitch`."""

    stretch: float = 1.0
    pitch: float = 1.0


ACCENTS = ("en-us", "en-gb", "en-gb-x-rp", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd")
VARIANTS = (
    "Alex Annie Denis Diogo Gene Henrique Hugo Jacky Lee Marco Mario Michael Mike Nguyen RicishayMax Storm adam antonio aunty belinda benjamin "
    "boris caleb david ed edward f1 f2 f3 f4 grandma grandpa gustave iven iven2 john kaukovalta klatt klatt2 klatt3 klatt5 m1 m2 m3 m4 m5 m6 m8 "
    "marcelo max miguel norbert pablo paul pedro quincy rob robert sandro shelby steph steph3 travis zac"
).split()
HELD_OUT_ACCENT = "en-gb-scotland"
HELD_OUT_VARIANTS = "Alicia Andrea Andy anika f5 linda m7 michel steph2 victor klatt4 edward2".split()

TRAINING = (
    [
        Voice("flite", "slt", 16, 175), Voice("flite", "awb", 16, 125), Voice("flite", "kal16", 10, 105),
        Voice("festival", "kal_diphone", 3, 105), Voice("festival", "cmu_us_slt_arctic_hts", 3, 0),
    ]
    + [Voice("espeak", f"{accent}+{variant}", 44 / len(ACCENTS) / len(VARIANTS)) for accent in ACCENTS for variant in VARIANTS]
)  # fmt: skip
HELD_OUT = (
    [Voice("flite", "rms", 6, 95), Voice("festival", "ked_diphone", 4, 110)]
    + [Voice("espeak", f"{accent}+{variant}", 0.5) for accent in ("en-us", "en-gb") for variant in HELD_OUT_VARIANTS]
    + [Voice("espeak", f"{HELD_OUT_ACCENT}+{variant}", 0.25) for variant in HELD_OUT_VARIANTS]
)

_WEIGHTS = {id(voices): [voice.weight for voice in voices] for voices in (TRAINING, HELD_OUT)}


def draw(random_source: random.Random, voices: list[Voice]) -> tuple[Voice, Manner]:
    """A voice by its weight, and a manner of it."""
    voice = random_source.choices(voices, _WEIGHTS[id(voices)])[0]
    return voice, Manner(stretch=random_source.uniform(0.8, 1.3), pitch=2 ** random_source.gauss(0, 0.22))
