"""The sizes of the decoder's networks; they become its config.yaml."""

from decoder.flow import FlowConfig
from decoder.hift import HiftConfig

HIFT = HiftConfig(
    base_channels=128,
    nb_harmonics=35,
    upsample_rates=(8, 4),
    upsample_kernel_sizes=(16, 8),
    n_fft=32,
    hop_len=8,
    resblock_kernel_sizes=(3, 7),
    source_resblock_kernel_sizes=(7, 7),
    f0_channels=96,
)

FLOW = FlowConfig(
    vocab_size=512,
    encoder_size=192,
    attention_heads=4,
    linear_units=768,
    num_blocks=4,
    channels=(128, 128),
    attention_head_dim=32,
    n_blocks=1,
    num_mid_blocks=2,
    num_heads=4,
)
