using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class TorchRandomTests
{
    private const double Tolerance = 2e-6;

    [Fact]
    public void Uniform_gives_the_numbers_of_torch_exactly()
    {
        var random = new TorchRandom(42);
        float[] expected = Npy.Read<float>("rng", "rand_100.npy").Values;
        float[] actual = [.. expected.Select(_ => random.Uniform())];
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(5440)]
    [InlineData(5520)]
    public void Normal_gives_the_numbers_of_torch_when_it_fills_whole_blocks_and_when_a_tail_is_left(int count)
    {
        var actual = new float[count];
        new TorchRandom(42).Normal(actual);
        Close.Equal(Npy.Read<float>("rng", $"randn_{count}.npy").Values, actual, Tolerance);
    }

    // PyTorch's documented example: torch.manual_seed(42), torch.randn(2, 3), printed with four digits.
    [Fact]
    public void Normal_pairs_numbers_when_there_are_fewer_than_sixteen()
    {
        var random = new TorchRandom(42);
        var actual = new float[6];
        random.Normal(actual.AsSpan(0, 3));
        random.Normal(actual.AsSpan(3));
        Close.Equal([0.3367f, 0.1288f, 0.2345f, 0.2303f, -1.1229f, -0.1863f], actual, 6e-5);
    }

    [Fact]
    public void Draws_of_different_kinds_continue_one_sequence()
    {
        var random = new TorchRandom(42);
        var z = new float[80 * 48];
        random.Normal(z);
        Close.Equal(Npy.Read<float>("rng", "sequence", "z_1x80x48.npy").Values, z, Tolerance);

        float[] phases = Npy.Read<float>("rng", "sequence", "phase_vec.npy").Values;
        Assert.Equal(phases, phases.Select(_ => random.Uniform(-MathF.PI, MathF.PI)).ToArray());

        var noise = new float[9 * 5376];
        random.Normal(noise);
        Close.Equal(Npy.Read<float>("rng", "sequence", "sine_noise_first4096.npy").Values, noise.AsSpan(0, 4096), Tolerance);
        Close.Equal(Npy.Read<float>("rng", "sequence", "sine_noise_last64.npy").Values, noise.AsSpan(^64..), Tolerance);

        random.Normal(new float[5376]);
        float[] next = Npy.Read<float>("rng", "sequence", "next_rand4.npy").Values;
        Assert.Equal(next, next.Select(_ => random.Uniform()).ToArray());
    }
}
