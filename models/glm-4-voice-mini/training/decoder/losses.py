"""How far one waveform is from another, as the ear would say: short-time spectra at several resolutions."""

import torch
from torch import nn

RESOLUTIONS = ((2048, 512), (1024, 256), (512, 128), (256, 64), (128, 32))


class SpectralLoss(nn.Module):
    """Mean over resolutions of the difference of magnitudes, relative and logarithmic (Yamamoto, Song and Kim 2020)."""

    def __init__(self, resolutions: tuple[tuple[int, int], ...] = RESOLUTIONS):
        super().__init__()
        self.resolutions = resolutions
        self.windows = [torch.hann_window(length) for length, _ in resolutions]

    def forward(self, wave: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """[batch, samples] each."""
        total = wave.new_zeros(())
        both = torch.cat([wave, target])
        for (length, hop), window in zip(self.resolutions, self.windows):
            spectrum = torch.stft(both, length, hop, window=window, return_complex=True)
            power = spectrum.real**2 + spectrum.imag**2
            # The floor lies near the noise of 16-bit samples under the window.
            magnitude = torch.sqrt(power + 1e-8 * length)
            ours, theirs = magnitude.chunk(2)
            relative = (ours - theirs).abs().sum() / theirs.sum()
            logarithmic = (ours.log() - theirs.log()).abs().mean()
            total = total + relative + logarithmic
        return total / len(self.resolutions)

