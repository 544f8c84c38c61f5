"""The sizes of the speech tokenizer, by the keys of the published config.json."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    d_model: int = 256
    encoder_attention_heads: int = 4
    encoder_ffn_dim: int = 1024
    num_mel_bins: int = 128
    max_source_positions: int = 1500
    pooling_kernel_size: int = 4
    # Layers before the pooling hear 50 frames a second; those after it cost a quarter.
    pooling_position: int = 4
    quantize_position: int = 7
    quantize_vocab_size: int = 512
    # 2 s: frames attend to their own block and to those before it.
    quantize_causal_block_size: int = 100
    quantize_ema_decay: float = 0.98
