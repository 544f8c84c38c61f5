"""Writes the decoder as it is published: config.yaml, flow.pt and hift.pt, with weights of 16 bits."""

import argparse
from pathlib import Path

import torch

from decoder.flow import FlowConfig
from decoder.hift import HiftConfig
from decoder.sizes import FLOW, HIFT


def config_yaml(flow: FlowConfig, hift: HiftConfig) -> str:
    """The published keys; classes are named so that the official code would build the same networks."""

    def row(values) -> str:
        return f"[{', '.join(str(value) for value in values)}]"

    def rows(kernels) -> str:
        return f"[{', '.join(row(hift.dilations) for _ in kernels)}]"

    return f"""\
sample_rate: {hift.sampling_rate}
spk_embed_dim: {flow.spk_embed_dim}

flow: !new:cosyvoice.flow.flow.MaskedDiffWithXvec
    input_size: {flow.encoder_size}
    output_size: {flow.output_size}
    spk_embed_dim: !ref <spk_embed_dim>
    output_type: 'mel'
    vocab_size: {flow.vocab_size}
    input_frame_rate: 12.5
    only_mask_loss: True
    encoder: !new:cosyvoice.transformer.encoder.BlockConformerEncoder
        output_size: {flow.encoder_size}
        attention_heads: {flow.attention_heads}
        linear_units: {flow.linear_units}
        num_blocks: {flow.num_blocks}
        dropout_rate: 0.1
        positional_dropout_rate: 0.1
        attention_dropout_rate: 0.1
        normalize_before: True
        input_layer: 'linear'
        pos_enc_layer_type: 'rel_pos_espnet'
        selfattention_layer_type: 'block_rel_selfattn'
        block_size: {flow.block_size}
        input_size: {flow.encoder_size}
        use_cnn_module: False
        macaron_style: False
    length_regulator: !new:cosyvoice.flow.length_regulator.InterpolateRegulator
        channels: {flow.output_size}
        sampling_ratios: {row([1] * flow.regulator_layers)}
    decoder: !new:cosyvoice.flow.flow_matching.ConditionalCFM
        in_channels: {3 * flow.output_size}
        n_spks: 1
        spk_emb_dim: {flow.output_size}
        cfm_params: !new:omegaconf.DictConfig
            content:
                sigma_min: 1e-06
                solver: 'euler'
                t_scheduler: 'cosine'
                training_cfg_rate: 0.1
                inference_cfg_rate: {flow.inference_cfg_rate}
                reg_loss_type: 'l1'
        estimator: !new:cosyvoice.flow.decoder.ConditionalDecoder
            in_channels: {flow.estimator_input}
            out_channels: {flow.output_size}
            channels: {row(flow.channels)}
            dropout: 0
            attention_head_dim: {flow.attention_head_dim}
            n_blocks: {flow.n_blocks}
            num_mid_blocks: {flow.num_mid_blocks}
            num_heads: {flow.num_heads}
            act_fn: 'gelu'

hift: !new:cosyvoice.hifigan.generator.HiFTGenerator
    in_channels: {hift.in_channels}
    base_channels: {hift.base_channels}
    nb_harmonics: {hift.nb_harmonics}
    sampling_rate: !ref <sample_rate>
    nsf_alpha: {hift.nsf_alpha}
    nsf_sigma: {hift.nsf_sigma}
    nsf_voiced_threshold: {hift.nsf_voiced_threshold}
    upsample_rates: {row(hift.upsample_rates)}
    upsample_kernel_sizes: {row(hift.upsample_kernel_sizes)}
    istft_params:
        n_fft: {hift.n_fft}
        hop_len: {hift.hop_len}
    resblock_kernel_sizes: {row(hift.resblock_kernel_sizes)}
    resblock_dilation_sizes: {rows(hift.resblock_kernel_sizes)}
    source_resblock_kernel_sizes: {row(hift.source_resblock_kernel_sizes)}
    source_resblock_dilation_sizes: {rows(hift.source_resblock_kernel_sizes)}
    lrelu_slope: {hift.lrelu_slope}
    audio_limit: {hift.audio_limit}
    f0_predictor: !new:cosyvoice.hifigan.f0_predictor.ConvRNNF0Predictor
        num_class: 1
        in_channels: {hift.in_channels}
        cond_channels: {hift.f0_channels}
"""


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """The averaged weights of a network that has finished training, or of its last checkpoint."""
    finished = folder / "weights.pt"
    return torch.load(finished) if finished.exists() else torch.load(folder / "checkpoint.pt", map_location="cpu")["average"]


def export(work: Path, folder: Path) -> None:
    """Writes the folder from the decoder's work folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(config_yaml(FLOW, HIFT))
    for name in ("flow", "hift"):
        halves = {key: value.half() for key, value in weights(work / name).items()}
        if not all(bool(value.isfinite().all()) for value in halves.values()):
            raise ValueError(f"{name}: too large for 16-bit floats")
        torch.save(halves, folder / f"{name}.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="the decoder's work folder")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    export(arguments.work, arguments.folder)


if __name__ == "__main__":
    main()
