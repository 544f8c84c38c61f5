"""Writes the whole checkpoint as GLM-4-Voice is published: three folders, and SHA256SUMS of their files."""

import hashlib
import shutil
from pathlib import Path

from common.stage import Place, Stage

FOLDER = "glm-4-voice-mini"


def export(place: Place) -> None:
    """Writes `WORK/glm-4-voice-mini` from what each part has trained."""
    from decoder.export import export as export_decoder
    from language_model.export import export as export_language_model
    from tokenizer.evaluate import load
    from tokenizer.export import export as export_tokenizer

    target, fresh = place.work / FOLDER, place.work / f"{FOLDER}.writing"
    shutil.rmtree(fresh, ignore_errors=True)
    export_tokenizer(load(place.work / "tokenizer" / "checkpoint.pt")[0], fresh / "glm-4-voice-tokenizer")
    export_language_model(place.work / "language_model" / "model" / "final.pt", place.work / "language_model" / "bpe", fresh / "glm-4-voice-mini")
    export_decoder(place.work / "decoder", fresh / "glm-4-voice-decoder")
    (fresh / "SHA256SUMS").write_text(sums(fresh))
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def sums(folder: Path) -> str:
    """A line of each file, as sha256sum writes it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files)


STAGES = [Stage("export", f"{FOLDER}/SHA256SUMS", export)]
