"""Quick checks of the decoder's networks and of how windows are cut."""

import unittest

import numpy as np
import torch

from common.mel import VOCODER_HOP
from decoder import clock, pitch, streaming
from decoder.flow import Flow, FlowConfig
from decoder.hift import Hift, HiftConfig, SnakeFunction
from decoder.recognition import word_error_rate
from decoder.sentences import spoken_number

PUBLISHED_FLOW = FlowConfig(vocab_size=16_384, encoder_size=512, attention_heads=8, linear_units=2048, num_blocks=6, channels=(256, 256),
                            attention_head_dim=64, n_blocks=4, num_mid_blocks=12, num_heads=8)
PUBLISHED_HIFT = HiftConfig(base_channels=512, f0_channels=512)
SMALL_FLOW = FlowConfig(vocab_size=20, encoder_size=16, attention_heads=2, linear_units=32, num_blocks=2, channels=(16, 16),
                        attention_head_dim=8, num_heads=2)
SMALL_HIFT = HiftConfig(base_channels=16, upsample_rates=(8, 4), upsample_kernel_sizes=(16, 8), n_fft=32, hop_len=8,
                        resblock_kernel_sizes=(3,), source_resblock_kernel_sizes=(3, 3), f0_channels=8)


class PublishedSizes(unittest.TestCase):
    """With the published sizes the state dicts are the published ones: as many tensors, as many parameters."""

    def test_flow(self):
        state = Flow(PUBLISHED_FLOW).state_dict()
        self.assertEqual(len(state), 1185)
        self.assertEqual(sum(tensor.numel() for tensor in state.values()), 111_166_208)
        for name in ("encoder.encoders.5.self_attn.pos_bias_u", "decoder.estimator.down_blocks.0.2.conv.weight", "length_regulator.model.12.bias",
                     "decoder.estimator.up_blocks.0.2.conv.weight", "decoder.estimator.mid_blocks.11.1.3.ff.net.0.proj.weight"):
            self.assertIn(name, state)

    def test_vocoder(self):
        state = Hift(PUBLISHED_HIFT).state_dict()
        self.assertEqual(len(state), 227)
        self.assertEqual(sum(tensor.numel() for tensor in state.values()), 20_460_591)
        for name in ("resblocks.5.activations2.2.alpha", "source_downs.1.weight", "f0_predictor.condnet.8.weight_v", "ups.0.weight_g"):
            self.assertIn(name, state)


class FlowNetwork(unittest.TestCase):
    def test_a_token_hears_nothing_after_its_block(self):
        torch.manual_seed(0)
        encoder = Flow(SMALL_FLOW).encoder.eval()
        rows = torch.randn(1, 30, 16)
        changed = rows.clone()
        changed[:, 20:] += 1
        before, after = encoder(rows), encoder(changed)
        torch.testing.assert_close(before[:, :20], after[:, :20])
        self.assertGreater((before[:, 20:] - after[:, 20:]).abs().max(), 0.01)

    def test_blocks_are_as_long_as_the_whole_and_joined_within_it(self):
        flow = Flow(SMALL_FLOW).eval()
        for count in (3, 10, 31, 150):
            tokens = np.arange(count) % 20
            noise = np.random.default_rng(0).standard_normal((7 * count, 80)).astype(np.float32)
            mel, seams = streaming.in_blocks(flow, tokens, noise, steps=1)
            self.assertEqual(len(mel), clock.frames_of(count))
            self.assertTrue(all(0 < seam < len(mel) for seam in seams))
            if count <= 10:
                np.testing.assert_allclose(mel, streaming.whole(flow, tokens, noise, steps=1), atol=1e-5)


class Vocoder(unittest.TestCase):
    def test_a_frame_is_a_hop(self):
        wave = Hift(SMALL_HIFT).eval()(torch.randn(2, 80, 9), torch.Generator().manual_seed(1))
        self.assertEqual(wave.shape, (2, 9 * VOCODER_HOP))
        self.assertTrue(bool(wave.isfinite().all()))

    def test_snake_has_the_right_gradient(self):
        x = torch.randn(2, 3, 5, dtype=torch.double, requires_grad=True)
        alpha = (torch.rand(1, 3, 1, dtype=torch.double) + 0.5).requires_grad_()
        self.assertTrue(torch.autograd.gradcheck(SnakeFunction.apply, (x, alpha), atol=1e-5))


class Measures(unittest.TestCase):
    def test_pitch_of_a_gliding_buzz(self):
        rate, hop = 22_050, 256
        hertz = np.linspace(150, 220, rate)
        phase = np.cumsum(hertz) / rate * 2 * np.pi
        buzz = sum(np.sin(k * phase) / k for k in range(1, 9)) * 0.2
        found = pitch.track(np.concatenate([np.zeros(rate // 2), buzz]), rate, hop)
        self.assertTrue((found[:30] == 0).all())
        expected = hertz[(np.arange(60, 120) * hop + hop // 2) - rate // 2]
        np.testing.assert_allclose(found[60:120], expected, rtol=0.01)

    def test_frames_of_tokens(self):
        self.assertEqual([clock.frames_of(n) for n in (10, 13, 20, 25, 26, 50, 75, 100, 175, 200)], [68, 89, 137, 172, 179, 344, 516, 689, 1205, 1378])
        self.assertEqual(clock.token_at(clock.first_frame_of(17)), 17)
        self.assertEqual(clock.token_at(clock.first_frame_of(17) - 1), 16)

    def test_words(self):
        self.assertEqual(spoken_number(1_204_017), "one million two hundred four thousand seventeen")
        self.assertAlmostEqual(word_error_rate(["It is ten past two."], ["it is then two"]), 2 / 5)


if __name__ == "__main__":
    unittest.main()
