"""The sizes of the decoder's networks; they become its config.yaml."""

from decoder.hift import HiftConfig

HIFT = HiftConfig(
    base_channels=128,
    upsample_rates=(8, 4),
    upsample_kernel_sizes=(16, 8),
    n_fft=32,
    hop_len=8,
    resblock_kernel_sizes=(3, 7),
    source_resblock_kernel_sizes=(7, 7),
    f0_channels=96,
)
