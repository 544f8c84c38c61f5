"""Makes glm-4-voice-mini from nothing but Debian's voices and openly licensed recordings.

    python3 run.py --work DIR --corpora DIR [--only STAGE ...] [--finish]

Every part has a list of stages in `PART/stages.py`; a stage whose output is there is skipped, one that was
interrupted goes on where it was.
"""

import argparse
import importlib
from pathlib import Path

from common.log import say
from common.stage import Place, Stage

PARTS = ("corpora", "tokenizer", "decoder", "language_model", "export")


def stages() -> list[Stage]:
    """All stages, in order."""
    found: list[Stage] = []
    here = Path(__file__).parent
    for part in PARTS:
        module = f"{part}.stages" if (here / part / "stages.py").exists() else part
        if (here / (module.replace(".", "/") + ".py")).exists():
            found += importlib.import_module(module).STAGES
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder of everything that is made")
    parser.add_argument("--corpora", type=Path, help="folder of the fetched corpora (default: WORK/corpora)")
    parser.add_argument("--only", nargs="*", metavar="STAGE", help="run these stages alone, even if they are done")
    parser.add_argument("--finish", action="store_true", help="end trainings now: let the learning rate fall to zero")
    arguments = parser.parse_args()
    place = Place(arguments.work, arguments.corpora or arguments.work / "corpora", arguments.finish)
    for stage in stages():
        if arguments.only is not None and stage.name not in arguments.only:
            continue
        if arguments.only is None and stage.is_done(place):
            say(f"{stage.name}: done")
            continue
        say(f"{stage.name}: begins")
        stage.make(place)
        say(f"{stage.name}: ended")


if __name__ == "__main__":
    main()
