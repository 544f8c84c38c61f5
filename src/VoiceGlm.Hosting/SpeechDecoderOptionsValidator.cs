using Microsoft.Extensions.Options;
using VoiceGlm.SpeechDecoder;

namespace VoiceGlm.Hosting;

/// <summary>Checks <see cref="SpeechDecoderOptions"/> when the service starts.</summary>
internal sealed class SpeechDecoderOptionsValidator : IValidateOptions<SpeechDecoderOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SpeechDecoderOptions options)
    {
        try
        {
            options.Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException exception)
        {
            return ValidateOptionsResult.Fail(exception.Message);
        }
    }
}
