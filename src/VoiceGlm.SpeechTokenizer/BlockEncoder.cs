using VoiceGlm.Inference;

namespace VoiceGlm.SpeechTokenizer;

/// <summary>What to encode.</summary>
/// <param name="First">Index in the segment of the block's first encoder frame.</param>
/// <param name="Frames">Encoder frames of the block.</param>
/// <param name="ValidFrames">How many of them hold sound.</param>
/// <param name="MelFrames">Mel frames that the segment has.</param>
/// <param name="Floor">The floor of the spectrogram.</param>
/// <param name="Carry">Frames that the block before has left over, shape [frames, width].</param>
internal sealed record BlockRequest(int First, int Frames, int ValidFrames, int MelFrames, float Floor, float[] Carry);

/// <summary>A block that was encoded.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Rest">Its frames that are too few for a token, shape [frames, width].</param>
/// <param name="Floor">The floor of the spectrogram under which it was encoded.</param>
/// <param name="Quietest">The quietest bin that it was encoded from, before that floor.</param>
/// <param name="IsFinished">Whether later samples change it through the floor alone.</param>
internal sealed record EncodedBlock(SpeechToken[] Tokens, float[] Rest, float Floor, float Quietest, bool IsFinished)
{
    /// <summary>Whether encoding it under another floor would change nothing.</summary>
    public bool StandsUnder(float floor) => floor == Floor || Quietest >= Math.Max(floor, Floor);
}

/// <summary>Runs the encoder over blocks of one segment and keeps their keys and values. Not thread-safe.</summary>
internal sealed class BlockEncoder : IDisposable
{
    /// <summary>Mel frames that a block needs besides those of its own encoder frames, for two convolutions of three taps.</summary>
    public const int ExtraMelFrames = 3;

    private readonly SpeechTokenizerManifest _numbers;
    private readonly GraphCall _call;
    private readonly Tensor[] _cache;
    private readonly string[] _cacheNames;
    private readonly List<Tensor> _tensors = [];

    public BlockEncoder(SpeechTokenizerManifest numbers, Graph graph)
    {
        _numbers = numbers;
        _call = graph.CreateCall();
        int tokens = numbers.TokensOf(numbers.SegmentSamples);
        _cacheNames = [.. Enumerable.Range(0, numbers.Layers).SelectMany(static layer => new[] { $"key_{layer}", $"value_{layer}" })];
        _cache = [.. _cacheNames.Select((_, index) => Tensor.Create<float>(IsPooled(index) ? tokens : tokens * numbers.EncoderFramesPerToken, numbers.Width()))];
    }

    /// <summary>What the last block's tokens were chosen for, shape [tokens, width]; valid until the next block.</summary>
    public ReadOnlySpan<float> Hidden => _call.Result("hidden").AsSpan<float>();

    /// <summary>Encodes a block after those before it.</summary>
    /// <exception cref="OperationCanceledException">The token asked for the end.</exception>
    public EncodedBlock Encode(SegmentSpectrogram spectrogram, BlockRequest request, CancellationToken cancellationToken)
    {
        int width = _numbers.Width();
        int melRows = (request.Frames * _numbers.MelFramesPerEncoderFrame) + ExtraMelFrames;
        int firstMel = (request.First * _numbers.MelFramesPerEncoderFrame) - _numbers.LeftContextMelFrames;
        try
        {
            Tensor mel = Own(Tensor.Create<float>(melRows, _numbers.MelBins));
            spectrogram.Normalize(firstMel, request.MelFrames, request.Floor, mel.AsSpan<float>());
            // The first convolution makes two frames fewer than it takes; those before the segment count as zeros.
            Tensor mask = Own(Tensor.Create<float>(melRows - 2, 1));
            mask.AsSpan<float>().Fill(1);
            if (request.First == 0) mask.AsSpan<float>()[..(_numbers.LeftContextMelFrames / 2)].Clear();
            _call.Input("mel", mel).Input("frame_mask", mask)
                .Input("position", Own(Tensor.From<long>([request.First], 1)))
                .Input("carry", Own(Tensor.From<float>(request.Carry, request.Carry.Length / width, width)))
                .Output("ids").Output("hidden").Output("rest");
            if (!_numbers.CausalAttention) _call.Input("valid_frames", Own(Tensor.From<long>([request.ValidFrames], 1)));
            BindCache(request, width);
            _call.Run(cancellationToken);
        }
        finally
        {
            foreach (Tensor tensor in _tensors) tensor.Dispose();
            _tensors.Clear();
        }

        float quietest = spectrogram.Quietest(firstMel, Math.Min(firstMel + melRows, request.MelFrames));
        SpeechToken[] tokens = Array.ConvertAll(_call.Result("ids").AsSpan<long>().ToArray(), static id => new SpeechToken((int)id));
        return new EncodedBlock(tokens, _call.Result("rest").AsSpan<float>().ToArray(), request.Floor, quietest, IsFinished: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _call.Dispose();
        foreach (Tensor tensor in _cache) tensor.Dispose();
    }

    // The past is the beginning of each cache, and the block's own rows are written behind it.
    private void BindCache(BlockRequest request, int width)
    {
        int pooling = _numbers.EncoderFramesPerToken;
        int ownFrames = _numbers.CausalAttention ? request.Frames : request.ValidFrames;
        int ownTokens = ((request.Carry.Length / width) + request.Frames) / pooling;
        for (int i = 0; i < _cache.Length; i++)
        {
            int past = IsPooled(i) ? request.First / pooling : request.First;
            int own = IsPooled(i) ? ownTokens : ownFrames;
            _call.Input("past_" + _cacheNames[i], Own(_cache[i].View<float>(0, past, width)))
                .Output(_cacheNames[i], Own(_cache[i].View<float>((long)past * width, own, width)));
        }
    }

    private bool IsPooled(int cache) => cache / 2 >= _numbers.LayersBeforePooling;

    private Tensor Own(Tensor tensor)
    {
        _tensors.Add(tensor);
        return tensor;
    }
}
