using VoiceGlm.Audio;

namespace VoiceGlm.SpeechTokenizer.Tests.Variants;

/// <summary>
/// The encoder as its paper would have it: a whole segment at once, in double precision, plain loops, no cache. The oracle for
/// checkpoints that the reference has not answered.
/// </summary>
internal sealed class PlainEncoder(Variant variant, Dictionary<string, (float[] Values, int[] Shape)> weights)
{
    /// <summary>The tokens of an utterance, and what they were chosen for.</summary>
    public (int[] Tokens, float[] Hidden) Encode(float[] samples)
    {
        var tokens = new List<int>();
        var hidden = new List<float>();
        int tokenSamples = variant.Hop * 2 * variant.Pooling;
        for (int start = 0; start < samples.Length; start += variant.SegmentSamples)
        {
            float[] segment = samples[start..Math.Min(samples.Length, start + variant.SegmentSamples)];
            int longest = Math.Min(samples.Length, variant.SegmentSamples);
            int length = (longest + tokenSamples - 1) / tokenSamples * tokenSamples;
            double[][] states = Hidden(Mel(segment, length), (segment.Length + (2 * variant.Hop) - 1) / (2 * variant.Hop));
            foreach (double[] state in states[..((segment.Length + tokenSamples - 1) / tokenSamples)])
            {
                hidden.AddRange(state.Select(static value => (float)value));
                tokens.Add(Nearest(state));
            }
        }

        return ([.. tokens], [.. hidden]);
    }

    private double[][] Mel(float[] samples, int length)
    {
        var spectrogram = new LogMelSpectrogram(new MelFilterBank(SampleRate.Wideband, variant.Fft, variant.MelBins, 8_000), variant.Hop);
        var rows = new float[length / variant.Hop * variant.MelBins];
        for (int i = 0; i < rows.Length; i += variant.MelBins) spectrogram.Compute(samples, length, i / variant.MelBins, rows.AsSpan(i, variant.MelBins));
        LogMelSpectrogram.Normalize(rows, LogMelSpectrogram.Floor(rows.Max()), rows);
        return [.. rows.Chunk(variant.MelBins).Select(static row => row.Select(static value => (double)value).ToArray())];
    }

    private double[][] Hidden(double[][] mel, int validFrames)
    {
        double[][] frames = Convolve(Convolve(mel, "conv1", 1), "conv2", 2);
        for (int i = 0; i < frames.Length; i++) frames[i] = Add(frames[i], Row("embed_positions.weight", i));
        bool causal = variant.CausalAttention || variant.QuantizeCausalEncoder;
        int valid = validFrames;
        int block = variant.Block == 0 ? int.MaxValue : variant.Block;
        for (int layer = 0; layer < variant.Layers; layer++)
        {
            frames = Layer(frames, $"layers.{layer}.", (query, key) =>
                causal ? key <= query : (key <= query || key / block == query / block) && key < valid);
            if (layer + 1 != (variant.PoolingPosition ?? variant.Layers)) continue;
            frames = [.. frames.Chunk(variant.Pooling).Select(Pool)];
            valid = (valid + variant.Pooling - 1) / variant.Pooling;
            if (variant.Block > 0) block = variant.Block / variant.Pooling;
        }

        return frames;
    }

    private double[][] Layer(double[][] frames, string name, Func<int, int, bool> sees)
    {
        double[][] normal = [.. frames.Select(frame => Norm(frame, name + "self_attn_layer_norm"))];
        double[][] queries = [.. normal.Select(frame => Linear(frame, name + "self_attn.q_proj"))];
        double[][] keys = [.. normal.Select(frame => Linear(frame, name + "self_attn.k_proj"))];
        double[][] values = [.. normal.Select(frame => Linear(frame, name + "self_attn.v_proj"))];
        var output = new double[frames.Length][];
        for (int query = 0; query < frames.Length; query++)
        {
            var attended = new double[variant.Width];
            for (int head = 0; head < variant.Heads; head++)
            {
                Range range = (head * variant.HeadSize)..((head + 1) * variant.HeadSize);
                double[] weights = [.. keys.Select((key, index) =>
                    sees(query, index) ? Math.Exp(Dot(queries[query].AsSpan(range), key.AsSpan(range)) / Math.Sqrt(variant.HeadSize)) : 0)];
                double sum = weights.Sum();
                for (int i = range.Start.Value; i < range.End.Value; i++)
                {
                    for (int key = 0; key < values.Length; key++) attended[i] += weights[key] / sum * values[key][i];
                }
            }

            double[] frame = Add(frames[query], Linear(attended, name + "self_attn.out_proj"));
            double[] expanded = [.. Linear(Norm(frame, name + "final_layer_norm"), name + "fc1").Select(Gelu)];
            output[query] = Add(frame, Linear(expanded, name + "fc2"));
        }

        return output;
    }

    private double[][] Convolve(double[][] input, string name, int stride)
    {
        int before = variant.CausalConvolution ? 2 : 1;
        (float[] values, int[] shape) = weights[name + ".weight"];
        float[] bias = weights[name + ".bias"].Values;
        var output = new double[input.Length / stride][];
        for (int frame = 0; frame < output.Length; frame++)
        {
            output[frame] = new double[shape[0]];
            for (int channel = 0; channel < shape[0]; channel++)
            {
                double sum = bias[channel];
                for (int tap = 0; tap < 3; tap++)
                {
                    int source = (frame * stride) + tap - before;
                    if (source < 0 || source >= input.Length) continue;
                    for (int i = 0; i < shape[1]; i++) sum += input[source][i] * values[(((channel * shape[1]) + i) * 3) + tap];
                }

                output[frame][channel] = Gelu(sum);
            }
        }

        return output;
    }

    private double[] Pool(double[][] frames) => [.. Enumerable.Range(0, variant.Width).Select(channel =>
        variant.PoolingType == "max" ? frames.Max(frame => frame[channel]) : frames.Average(frame => frame[channel]))];

    private int Nearest(double[] state) => Enumerable.Range(0, variant.Codebook)
        .MinBy(entry => Row("codebook.weight", entry).Zip(state, static (left, right) => (left - right) * (left - right)).Sum());

    private double[] Norm(double[] input, string name)
    {
        double mean = input.Average();
        double deviation = Math.Sqrt(input.Average(value => (value - mean) * (value - mean)) + 1e-5);
        (float[] scale, float[] bias) = (weights[name + ".weight"].Values, weights[name + ".bias"].Values);
        return [.. input.Select((value, index) => ((value - mean) / deviation * scale[index]) + bias[index])];
    }

    private double[] Linear(double[] input, string name)
    {
        (float[] values, int[] shape) = weights[name + ".weight"];
        float[]? bias = weights.TryGetValue(name + ".bias", out (float[] Values, int[] Shape) found) ? found.Values : null;
        var output = new double[shape[0]];
        for (int row = 0; row < output.Length; row++)
        {
            output[row] = bias?[row] ?? 0;
            for (int i = 0; i < input.Length; i++) output[row] += values[(row * input.Length) + i] * input[i];
        }

        return output;
    }

    private double[] Row(string name, int row)
    {
        float[] values = weights[name].Values;
        return [.. values.Skip(row * variant.Width).Take(variant.Width).Select(static value => (double)value)];
    }

    private static double[] Add(double[] left, double[] right) => [.. left.Zip(right, static (one, other) => one + other)];

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }

    private static double Gelu(double value) => value * 0.5 * (1 + ErrorFunction(value / Math.Sqrt(2)));

    // The Maclaurin series near zero, the continued fraction of Laplace far from it.
    private static double ErrorFunction(double value)
    {
        double size = Math.Abs(value);
        if (size < 2.5)
        {
            double term = value;
            double sum = value;
            for (int n = 1; Math.Abs(term) > 1e-18; n++)
            {
                term *= -value * value / n;
                sum += term / ((2 * n) + 1);
            }

            return sum * 2 / Math.Sqrt(Math.PI);
        }

        double fraction = size;
        for (int n = 60; n > 0; n--) fraction = size + (n / 2.0 / fraction);
        return Math.Sign(value) * (1 - (Math.Exp(-size * size) / fraction / Math.Sqrt(Math.PI)));
    }
}
