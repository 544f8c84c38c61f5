"""Names, causality and gradients of the encoder."""

import unittest

import torch
import torch.nn.functional as F

from tokenizer.model import CausalConvolution, gelu, initialized
from tokenizer.quantizer import Quantizer
from tokenizer.sizes import Sizes

SMALL = Sizes(d_model=32, encoder_attention_heads=4, encoder_ffn_dim=48, num_mel_bins=16, max_source_positions=200, pooling_position=2, quantize_position=3, quantize_vocab_size=24, quantize_causal_block_size=20)


class ModelTests(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(3)
        self.model = initialized(SMALL).eval()

    def test_tensors_have_the_published_names(self) -> None:
        layer = [f"self_attn.{name}" for name in ("k_proj.weight", "v_proj.weight", "v_proj.bias", "q_proj.weight", "q_proj.bias", "out_proj.weight", "out_proj.bias")]
        layer += [f"{name}.{kind}" for name in ("self_attn_layer_norm", "fc1", "fc2", "final_layer_norm") for kind in ("weight", "bias")]
        expected = {f"{name}.{kind}" for name in ("conv1", "conv2") for kind in ("weight", "bias")}
        expected |= {"embed_positions.weight", "embed_positions2.weight", "codebook.weight", "ema_count", "ema_weight"}
        expected |= {f"layers.{index}.{name}" for index in range(SMALL.quantize_position) for name in layer}
        self.assertEqual(expected, set(self.model.state_dict()))

    def test_finished_blocks_do_not_hear_later_ones(self) -> None:
        mel = torch.randn(1, 2 * 60, 16)
        samples = torch.tensor([60 * 320])
        _, whole, _ = self.model(mel, samples)
        _, part, _ = self.model(mel[:, : 2 * 40], torch.tensor([40 * 320]))
        torch.testing.assert_close(part, whole[:, :10], atol=1e-4, rtol=0)

    def test_silence_that_fills_a_batch_changes_no_token(self) -> None:
        mel = torch.randn(1, 2 * 40, 16)
        samples = torch.tensor([30 * 320])
        _, alone, valid = self.model(mel[:, : 2 * 32], samples)
        _, filled, valid_filled = self.model(mel, samples)
        self.assertEqual(8, int(valid.sum()))
        self.assertEqual(8, int(valid_filled.sum()))
        torch.testing.assert_close(alone, filled[:, :8], atol=1e-4, rtol=0)

    def test_convolution_is_causal_and_a_convolution(self) -> None:
        layer = CausalConvolution(5, 7, 2)
        frames = torch.randn(2, 12, 5)
        expected = F.conv1d(F.pad(frames.transpose(1, 2), (2, 0)), layer.weight, layer.bias, stride=2).transpose(1, 2)
        torch.testing.assert_close(layer(frames), expected)

    def test_gradient_of_gelu_is_right_where_gradients_are_not_contiguous(self) -> None:
        values = torch.randn(6, 4, requires_grad=True)
        weight = torch.randn(4, 6)
        (gelu(values).t() * weight).sum().backward()
        expected = torch.autograd.functional.jacobian(lambda each: (F.gelu(each.double()).t() * weight.double()).sum(), values.detach().double())
        torch.testing.assert_close(values.grad, expected.float())

    def test_codebook_follows_its_vectors(self) -> None:
        centres = torch.randn(24, 32) * 5
        vectors = centres.repeat(50, 1) + 0.01 * torch.randn(1200, 32)
        quantizer = Quantizer(self.model, 0.9)
        quantizer.begin(vectors)
        for _ in range(60):
            quantizer(vectors.view(1, 1200, 32), torch.ones(1, 1200, dtype=torch.bool), learn=True)
        self.assertGreater(len(self.model.codebook.nearest(vectors).unique()), 20)


if __name__ == "__main__":
    unittest.main()
