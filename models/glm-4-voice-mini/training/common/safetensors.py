"""Tensors as a .safetensors file."""

import json
from pathlib import Path

import numpy as np


def write_safetensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Writes arrays as 16-bit floats, in order: a header's length, a header of JSON, the bytes."""
    header, offset = {}, 0
    halves = {name: np.ascontiguousarray(array, dtype="<f2") for name, array in tensors.items()}
    for name, half in halves.items():
        if not np.isfinite(half).all():
            raise ValueError(f"{name}: too large for 16-bit floats")
        header[name] = {"dtype": "F16", "shape": list(half.shape), "data_offsets": [offset, offset + half.nbytes]}
        offset += half.nbytes
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for half in halves.values():
            file.write(half.tobytes())
