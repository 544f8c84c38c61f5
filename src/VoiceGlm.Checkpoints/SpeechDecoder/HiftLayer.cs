namespace VoiceGlm.Checkpoints.SpeechDecoder;

/// <summary>A convolution of the vocoder, with the factors that its neighbours leave to its weights.</summary>
/// <param name="Name">Its name in the state dict.</param>
/// <param name="Outputs">Channels out.</param>
/// <param name="Inputs">Channels in.</param>
/// <param name="Kernel">Length of the kernel.</param>
/// <param name="Dilation">Distance of the values that one sum takes.</param>
internal sealed record HiftLayer(string Name, int Outputs, int Inputs, int Kernel, int Dilation = 1)
{
    /// <summary>What each channel comes in multiplied by, if anything.</summary>
    public float[]? InputScale { get; init; }

    /// <summary>What each channel is to go out multiplied by, if anything.</summary>
    public float[]? OutputScale { get; init; }
}
