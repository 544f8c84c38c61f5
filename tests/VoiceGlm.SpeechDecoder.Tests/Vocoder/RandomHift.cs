using VoiceGlm.Checkpoints;
using VoiceGlm.Checkpoints.SpeechDecoder;

namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>The state dict of a HiFT vocoder of any configuration, with seeded random weights that keep signals of order one.</summary>
internal sealed class RandomHift : TensorSource
{
    private readonly Dictionary<string, TensorInfo> _tensors = [];
    private readonly Dictionary<string, float[]> _values = [];
    private readonly TorchRandom _random;

    public RandomHift(HiftConfiguration hift, int pitchChannels, int pitchLayers, ulong seed)
    {
        _random = new TorchRandom(seed);
        for (int i = 0; i < pitchLayers; i++) AddNormalised($"f0_predictor.condnet.{2 * i}", pitchChannels, i == 0 ? hift.MelBins : pitchChannels, 3);
        Add("f0_predictor.classifier.weight", 100 / Math.Sqrt(pitchChannels), 0, 1, pitchChannels);
        Add("f0_predictor.classifier.bias", 0, 150, 1);
        Add("m_source.l_linear.weight", 0.5, 0, 1, hift.Harmonics + 1);
        Add("m_source.l_linear.bias", 0.1, 0, 1);

        AddNormalised("conv_pre", hift.BaseChannels, hift.MelBins, 7);
        for (int stage = 0; stage < hift.Stages; stage++)
        {
            int channels = hift.Channels(stage);
            AddNormalised($"ups.{stage}", 2 * channels, channels, hift.UpsampleKernels[stage], biases: channels);
            int rate = hift.SpectrumRate(stage);
            int kernel = rate == 1 ? 1 : 2 * rate;
            Add($"source_downs.{stage}.weight", 1 / Math.Sqrt(hift.SpectrumChannels * kernel), 0, channels, hift.SpectrumChannels, kernel);
            Add($"source_downs.{stage}.bias", 0.1, 0, channels);
            AddBlock($"source_resblocks.{stage}", channels, hift.SourceKernels[stage], hift.SourceDilations[stage].Length);
            for (int i = 0; i < hift.BlockKernels.Length; i++)
            {
                AddBlock($"resblocks.{(stage * hift.BlockKernels.Length) + i}", channels, hift.BlockKernels[i], hift.BlockDilations[i].Length);
            }
        }

        AddNormalised("conv_post", hift.SpectrumChannels, hift.Channels(hift.Stages - 1), 7);
    }

    public override string Path => "random HiFT";

    public override IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    public override void Read(string name, long offset, Span<float> destination) => _values[name].AsSpan((int)offset, destination.Length).CopyTo(destination);

    /// <summary>Takes a tensor out.</summary>
    public void Remove(string name) => _tensors.Remove(name);

    /// <summary>A tensor's values, to change.</summary>
    public float[] ValuesOf(string name) => _values[name];

    private void AddBlock(string block, int channels, int kernel, int pairs)
    {
        for (int i = 0; i < pairs; i++)
        {
            AddNormalised($"{block}.convs1.{i}", channels, channels, kernel);
            AddNormalised($"{block}.convs2.{i}", channels, channels, kernel);
            Add($"{block}.activations1.{i}.alpha", 0.2, 1, channels);
            Add($"{block}.activations2.{i}.alpha", 0.2, 1, channels);
        }
    }

    private void AddNormalised(string layer, int rows, int columns, int kernel, int? biases = null)
    {
        Add($"{layer}.weight_v", 1, 0, rows, columns, kernel);
        Add($"{layer}.weight_g", 0.1, 0.6, rows, 1, 1);
        Add($"{layer}.bias", 0.1, 0, biases ?? rows);
    }

    private void Add(string name, double deviation, double mean, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, static (volume, length) => volume * length)];
        _random.Normal(values);
        foreach (ref float value in values.AsSpan()) value = (float)((value * deviation) + mean);
        _values[name] = values;
        _tensors[name] = new TensorInfo(name, "F32", shape);
    }
}
