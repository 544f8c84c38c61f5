namespace VoiceGlm.Checkpoints;

/// <summary>Turns one published checkpoint (speech tokenizer, language model or speech decoder) into its part of a model folder.</summary>
internal interface IPartConverter
{
    /// <summary>The part, for messages; the names of its graphs and files begin with it: <c>speech-tokenizer</c>, <c>language-model</c> or <c>speech-decoder</c>.</summary>
    string Part { get; }

    /// <summary>Whether the folder holds this part's checkpoint, judged by what is in it.</summary>
    bool Recognises(string folder);

    /// <summary>Reads the configuration and puts the part's graphs together.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="sources">Keeps what is opened until the graphs are written.</param>
    /// <exception cref="ModelLoadException">The checkpoint is not what its configuration says.</exception>
    PartPlan Plan(string folder, TensorSources sources);
}
