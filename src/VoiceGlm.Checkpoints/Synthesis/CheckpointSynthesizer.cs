using System.Globalization;

namespace VoiceGlm.Checkpoints.Synthesis;

/// <summary>
/// Writes checkpoints of random weights in the published layout, for rehearsals where the real ones cannot be had: the same
/// files, names and shapes, with values that keep every stage finite and its sound audible. Stateless.
/// </summary>
public static class CheckpointSynthesizer
{
    // Configurations and the tokenizer, beside the weights.
    private const long OtherBytes = 10_000_000;

    /// <summary>Writes the folders of the wanted checkpoints; the same seed gives the same bytes.</summary>
    /// <param name="profile">Their sizes.</param>
    /// <param name="parts">Which of them.</param>
    /// <param name="output">The folder that receives one folder per checkpoint; it is made where it is missing.</param>
    /// <param name="seed">What the random numbers follow from, together with a tensor's name.</param>
    /// <param name="progress">Told of each piece written.</param>
    /// <param name="cancellationToken">Ends the writing; the checkpoint that was being written is removed.</param>
    /// <returns>The folders.</returns>
    /// <exception cref="IOException">A checkpoint's folder exists already, the disk has too little room, or may not be written.</exception>
    /// <exception cref="ArgumentException">The sizes do not fit one another.</exception>
    public static IReadOnlyList<string> Synthesize(
        CheckpointProfile profile,
        CheckpointParts parts,
        string output,
        int seed = 42,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        List<Part> wanted = [.. PartsOf(profile, seed, cancellationToken).Where(part => parts.HasFlag(part.Kind))];
        foreach (Part part in wanted)
        {
            string folder = Path.Combine(output, part.Folder);
            if (Path.Exists(folder)) throw new IOException($"{folder}: expected no such folder, found one; remove it or choose another place.");
        }

        long total = wanted.Sum(static part => part.Bytes);
        DiskSpace.Require(output, total + OtherBytes);
        long done = 0;
        var folders = new List<string>();
        foreach (Part part in wanted)
        {
            string folder = Path.Combine(output, part.Folder);
            WriteFailure.Explain(folder, () => WriteWhole(part, folder, bytes =>
            {
                done += bytes;
                progress?.Report(new ConversionProgress(part.Folder, done, total));
            }));
            folders.Add(folder);
        }

        return folders;
    }

    /// <summary>The tensors of a speech tokenizer checkpoint.</summary>
    public static IReadOnlyList<CheckpointTensor> TensorsOf(SpeechTokenizerProfile profile, int seed = 42) => SpeechTokenizerSynthesis.Plan(profile, seed);

    /// <summary>The tensors of a language model checkpoint.</summary>
    public static IReadOnlyList<CheckpointTensor> TensorsOf(LanguageModelProfile profile, int seed = 42) => LanguageModelSynthesis.Plan(profile, seed);

    /// <summary>The tensors of a speech decoder's <c>flow.pt</c>.</summary>
    public static IReadOnlyList<CheckpointTensor> FlowTensorsOf(SpeechDecoderProfile profile, int seed = 42) => FlowSynthesis.Plan(profile, seed);

    /// <summary>The tensors of a speech decoder's <c>hift.pt</c>.</summary>
    public static IReadOnlyList<CheckpointTensor> VocoderTensorsOf(SpeechDecoderProfile profile, int seed = 42) => VocoderSynthesis.Plan(profile, seed);

    private static IEnumerable<Part> PartsOf(CheckpointProfile profile, int seed, CancellationToken cancellationToken)
    {
        IReadOnlyList<CheckpointTensor> tokenizer = TensorsOf(profile.SpeechTokenizer, seed);
        yield return new Part(CheckpointParts.SpeechTokenizer, "glm-4-voice-tokenizer", BytesOf(tokenizer, StoredElementType.F32), (folder, written) =>
        {
            SpeechTokenizerSynthesis.WriteConfiguration(profile.SpeechTokenizer, folder);
            SafetensorsWriter.WriteModel(folder, tokenizer, StoredElementType.F32, long.MaxValue, written, cancellationToken);
        });

        LanguageModelProfile model = profile.LanguageModel;
        IReadOnlyList<CheckpointTensor> languageModel = TensorsOf(model, seed);
        yield return new Part(CheckpointParts.LanguageModel, profile.Name, BytesOf(languageModel, model.ElementType), (folder, written) =>
        {
            LanguageModelSynthesis.WriteConfiguration(model, seed, folder, cancellationToken);
            SafetensorsWriter.WriteModel(folder, languageModel, model.ElementType, model.ShardBytes, written, cancellationToken);
        });

        IReadOnlyList<CheckpointTensor> flow = FlowTensorsOf(profile.SpeechDecoder, seed);
        IReadOnlyList<CheckpointTensor> vocoder = VocoderTensorsOf(profile.SpeechDecoder, seed);
        long decoderBytes = BytesOf(flow, StoredElementType.F32) + BytesOf(vocoder, StoredElementType.F32);
        yield return new Part(CheckpointParts.SpeechDecoder, "glm-4-voice-decoder", decoderBytes, (folder, written) =>
        {
            SpeechDecoderSynthesis.WriteConfiguration(profile.SpeechDecoder, folder);
            TorchFileWriter.Write(Path.Combine(folder, "flow.pt"), flow, written, cancellationToken);
            TorchFileWriter.Write(Path.Combine(folder, "hift.pt"), vocoder, written, cancellationToken);
        });
    }

    private static void WriteWhole(Part part, string folder, Action<long> written)
    {
        string partial = folder + ".partial";
        if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        try
        {
            Directory.CreateDirectory(partial);
            File.WriteAllText(Path.Combine(partial, "README.md"), string.Create(CultureInfo.InvariantCulture, $"""
                ---
                license: apache-2.0
                ---
                Random weights in the layout of {part.Folder}, written by VoiceGlm for rehearsals. They know nothing.

                """));
            part.Write(partial, written);
            Directory.Move(partial, folder);
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }

    private static long BytesOf(IReadOnlyList<CheckpointTensor> tensors, StoredElementType elementType) =>
        tensors.Sum(static tensor => tensor.Count) * TensorEncoder.ElementBytesOf(elementType);

    private sealed record Part(CheckpointParts Kind, string Folder, long Bytes, Action<string, Action<long>> Write);
}
