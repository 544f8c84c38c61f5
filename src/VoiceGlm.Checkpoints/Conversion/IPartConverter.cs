using VoiceGlm.Inference;

namespace VoiceGlm.Checkpoints;

/// <summary>Turns one published checkpoint (speech tokenizer, language model or speech decoder) into its part of a model folder.</summary>
internal interface IPartConverter
{
    /// <summary>The part, for messages; the names of its graphs and files begin with it: <c>speech-tokenizer</c>, <c>language-model</c> or <c>speech-decoder</c>.</summary>
    string Part { get; }

    /// <summary>Whether the folder holds this part's checkpoint, judged by what is in it.</summary>
    bool Recognises(string folder);

    /// <summary>Writes the part's graphs and files and returns <paramref name="manifest"/> with the part's numbers filled in.</summary>
    /// <exception cref="ModelLoadException">The checkpoint is not what its configuration says.</exception>
    /// <exception cref="OperationCanceledException">The token asked for the end.</exception>
    ModelManifest Convert(string folder, ModelFolderWriter writer, ModelManifest manifest, CancellationToken cancellationToken);
}
