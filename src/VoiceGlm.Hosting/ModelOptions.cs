using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Hosting;

/// <summary>Which model runs, and on what.</summary>
public sealed class ModelOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string SectionName = "VoiceGlm:Model";

    /// <summary>The engine of this process.</summary>
    public const string OnnxEngine = "onnx";

    /// <summary>The engine of other machines.</summary>
    public const string RemoteEngine = "openai-compatible";

    /// <summary>Model folder, as <c>voiceglm models convert</c> writes it. Empty for glm-4-voice-mini, which comes with the program.</summary>
    public string Path { get; set; } = "";

    /// <summary>Whether the SHA-256 of every file is checked when the service starts, about a second for each gigabyte. Default: yes.</summary>
    public bool VerifyFiles { get; set; } = true;

    /// <summary>What runs the language model: <c>onnx</c>, the default, for this process, or <c>openai-compatible</c> for vLLM or SGLang.</summary>
    public string Engine { get; set; } = OnnxEngine;

    /// <summary>The servers of the engine <c>openai-compatible</c>.</summary>
    [ValidateObjectMembers]
    public RemoteOptions Remote { get; set; } = new();

    /// <summary>The GPU that the graphs run on, if one is to.</summary>
    [ValidateObjectMembers]
    public GpuOptions Cuda { get; set; } = new();

    /// <summary>
    /// Megabytes for the keys and values of all conversations; 0, the default, for three quarters of what is free when the model is loaded. Where they are
    /// not enough for all sessions, fewer are let in.
    /// </summary>
    [Range(0, 10_000_000)]
    public int KeyValueMegabytes { get; set; }

    /// <summary>Threads that compute. 0, the default, for one per core.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Tokens that a conversation may hold; 0, the default, for what the model was trained for. Fewer take less memory.</summary>
    [Range(0, 1_000_000)]
    public int ContextLength { get; set; }

    /// <summary>Tokens of a prompt read in one run; between two, the other conversations take a step. Default: 256.</summary>
    [Range(1, 65_536)]
    public int PrefillChunk { get; set; } = 256;

    /// <summary>Longest reply, in tokens of the model. Default: 2,000, some 100 seconds.</summary>
    [Range(1, 1_000_000)]
    public int MaxNewTokens { get; set; } = 2000;

    /// <summary>Sampling temperature where the session sets none; 0 takes the most likely token. Default: 0.2.</summary>
    [Range(0.0, 10.0)]
    public float Temperature { get; set; } = 0.2f;

    /// <summary>Probability mass that sampling keeps where the session sets none. Default: 0.8.</summary>
    [Range(0.001, 1.0)]
    public float TopP { get; set; } = 0.8f;

    /// <summary>Most likely tokens that sampling keeps, 0 for all. Default: 50.</summary>
    [Range(0, 1_000_000)]
    public int TopK { get; set; } = 50;
}

/// <summary>Checks <see cref="ModelOptions"/> when the service starts.</summary>
[OptionsValidator]
internal sealed partial class ModelOptionsValidator : IValidateOptions<ModelOptions>;
