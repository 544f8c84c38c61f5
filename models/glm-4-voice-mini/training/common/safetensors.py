"""The safetensors format: a length, a header in JSON, the numbers."""

import json
from pathlib import Path
from typing import Mapping

import torch

_NAMES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}


def write(path: Path, tensors: Mapping[str, torch.Tensor], dtype: torch.dtype = torch.float16) -> None:
    """Writes tensors, all as `dtype`, in the order given.

    huggingface/safetensors README: 8 bytes little-endian header length; the header, padded to a multiple of 8 with spaces;
    offsets count from its end.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    blocks: list[bytes] = []
    offset = 0
    for name, tensor in tensors.items():
        block = tensor.detach().to(dtype).contiguous().numpy().tobytes()
        if not torch.isfinite(tensor.detach().to(dtype).float()).all():
            raise ValueError(f"{name}: a value does not fit {dtype}")
        header[name] = {"dtype": _NAMES[dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(block)]}
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for block in blocks:
            file.write(block)
