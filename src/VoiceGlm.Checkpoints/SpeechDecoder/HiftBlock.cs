namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>A residual block of the vocoder: for each dilation a dilated convolution, a plain one, and their input added.</summary>
/// <param name="Name">Its name in the state dict.</param>
/// <param name="Channels">Channels in and out.</param>
/// <param name="Kernel">Length of its kernels.</param>
/// <param name="Dilations">Dilation of each pair's first convolution.</param>
internal sealed record HiftBlock(string Name, int Channels, int Kernel, int[] Dilations)
{
    /// <summary>Values on either side that the block reads.</summary>
    public int Reach => Dilations.Sum(ReachOf);

    /// <summary>Values on either side that a pair of convolutions reads.</summary>
    public int ReachOf(int dilation) => (Kernel - 1) / 2 * (dilation + 1);

    /// <summary>One of its convolutions.</summary>
    public HiftLayer Layer(string name, int dilation = 1) => new($"{Name}.{name}", Channels, Channels, Kernel, dilation);
}
