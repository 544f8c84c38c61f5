using Microsoft.Extensions.Options;
using VoiceGlm.LanguageModel;

namespace VoiceGlm.Hosting;

/// <summary>Checks that the engine is known and has what it needs, when the service starts.</summary>
internal sealed class EngineValidator : IValidateOptions<ModelOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        switch (options.Engine)
        {
            case ModelOptions.OnnxEngine:
                return ValidateOptionsResult.Success;
            case ModelOptions.RemoteEngine when options.Path.Length == 0:
                return Fail(nameof(options.Path), $"Expected the folder of the model that the servers serve, found none; the engine '{ModelOptions.RemoteEngine}' takes its tokenizer and the other stages from there.");
            case ModelOptions.RemoteEngine:
                try
                {
                    EndpointAddress.ParseList(options.Remote.Endpoints);
                    return ValidateOptionsResult.Success;
                }
                catch (FormatException exception)
                {
                    return Fail("Remote:" + nameof(options.Remote.Endpoints), exception.Message);
                }

            default:
                return Fail(
                    nameof(options.Engine),
                    $"Expected '{ModelOptions.OnnxEngine}', which runs the language model in this process, or '{ModelOptions.RemoteEngine}', which has vLLM or SGLang run it; found '{options.Engine}'.");
        }
    }

    private static ValidateOptionsResult Fail(string option, string sentence) => ValidateOptionsResult.Fail($"{ModelOptions.SectionName}:{option}: {sentence}");
}
