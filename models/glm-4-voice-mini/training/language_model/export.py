"""Writes the language model's checkpoint in the published layout."""

from __future__ import annotations

import json
from pathlib import Path

from common.safetensors import write_safetensors

from .bpe import STOPS, Bpe
from .evaluate import read_weights
from .model import LanguageModelConfig

# Below it, by the evaluation set, a reply is as likely wrong as right.
ASK_AGAIN = {"text": "Sorry, I did not understand that. Could you say it again?", "log_probability": -0.3}


def export(weights: Path, bpe: Path, out: Path) -> None:
    """``config.json``, ``generation_config.json``, ``tokenizer.model``, ``tokenizer_config.json``, ``model.safetensors`` (F16)."""
    out.mkdir(parents=True, exist_ok=True)
    encoding = Bpe.load(bpe)
    model = read_weights(weights, encoding)
    encoding.save(out, model.config.context)
    stops = [encoding.specials[name] for name in STOPS]
    _write(out / "config.json", configuration(model.config, stops, encoding))
    _write(out / "generation_config.json", {
        "eos_token_id": stops, "pad_token_id": stops[0], "do_sample": True, "temperature": 0.2, "top_p": 0.8,
        "max_length": model.config.context, "transformers_version": "4.44.1"})
    write_safetensors(out / "model.safetensors", {name: tensor.numpy() for name, tensor in model.state_dict().items()})


def configuration(config: LanguageModelConfig, stops: list, bpe: Bpe) -> dict:
    """glm-4-voice-9b's ``config.json`` with our sizes, and what ours knows besides: the time is told after the system prompt, and when to ask again."""
    return {
        "add_bias_linear": False, "add_qkv_bias": True, "apply_query_key_layer_scaling": True, "apply_residual_connection_post_layernorm": False,
        "architectures": ["ChatGLMForConditionalGeneration"], "attention_dropout": 0.0, "attention_softmax_in_fp32": True, "eos_token_id": stops,
        "ffn_hidden_size": config.feed_forward, "fp32_residual_connection": False, "hidden_dropout": 0.0, "hidden_size": config.width,
        "kv_channels": config.head_size, "layernorm_epsilon": config.epsilon, "model_type": "chatglm", "multi_query_attention": True,
        "multi_query_group_num": config.groups, "num_attention_heads": config.heads, "num_hidden_layers": config.layers, "num_layers": config.layers,
        "original_rope": True, "pad_token_id": stops[0], "padded_vocab_size": config.vocabulary, "post_layer_norm": True, "rmsnorm": True,
        "rope_ratio": 1, "seq_length": config.context,
        "ask_again": ASK_AGAIN, "system_prompt_clock": True, "tie_word_embeddings": False, "torch_dtype": "float16", "transformers_version": "4.44.1",
        "use_cache": True, "vocab_size": len(bpe)}


def _write(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")
