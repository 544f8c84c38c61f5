"""Writes the tokenizer as it is published: config.json, preprocessor_config.json, model.safetensors in 16-bit floats."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from common.safetensors import write_safetensors
from tokenizer.evaluate import load
from tokenizer.model import WhisperVQEncoder
from tokenizer.sizes import Sizes


def config(sizes: Sizes) -> dict:
    """The published keys."""
    layers = sizes.quantize_position
    return {
        "activation_function": "gelu",
        "architectures": ["WhisperVQEncoder"],
        "encoder_causal_attention": False,
        "encoder_causal_convolution": True,
        "encoder_layerdrop": 0.0,
        "encoder_layers": layers,
        "is_encoder_decoder": True,
        "model_type": "whisper",
        "num_hidden_layers": layers,
        "pooling_type": "avg",
        "quantize_causal_encoder": False,
        "quantize_encoder_only": True,
        "scale_embedding": False,
        "skip_language_detection": True,
        "torch_dtype": "float16",
        **asdict(sizes),
    }


def preprocessor_config(sizes: Sizes) -> dict:
    frames = 2 * sizes.max_source_positions
    return {
        "chunk_length": frames // 100,
        "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": sizes.num_mel_bins,
        "hop_length": 160,
        "n_fft": 400,
        "n_samples": 160 * frames,
        "nb_max_frames": frames,
        "padding_side": "right",
        "padding_value": 0.0,
        "processor_class": "WhisperProcessor",
        "return_attention_mask": False,
        "sampling_rate": 16_000,
    }


def export(model: WhisperVQEncoder, folder: Path) -> None:
    """Writes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config(model.sizes), indent=2, sort_keys=True) + "\n")
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor_config(model.sizes), indent=2, sort_keys=True) + "\n")
    # Averages that only training needs stay out.
    tensors = {name: tensor.numpy() for name, tensor in model.state_dict().items() if not name.startswith("ema_")}
    write_safetensors(folder / "model.safetensors", tensors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    model, _, state = load(arguments.checkpoint)
    export(model, arguments.folder)
    print(f"step {state['step']}, {state['hours']:.1f} h heard, codebook {'there' if state['quantizing'] else 'NOT yet'}: {arguments.folder}")


if __name__ == "__main__":
    main()
