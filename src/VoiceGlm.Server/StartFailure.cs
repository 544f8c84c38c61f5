using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace VoiceGlm.Server;

/// <summary>What keeps the service from starting and is the operator's to mend: a sentence instead of a stack trace.</summary>
internal static class StartFailure
{
    /// <summary>Why the service cannot start; <see langword="null"/> where it is not the operator's doing.</summary>
    public static string? Sentence(Exception exception) => exception switch
    {
        OptionsValidationException invalid => string.Join(' ', invalid.Failures),
        // The binder has no type of exception of its own; its sentences name the key and the value.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unreadable => unreadable.Message,
        IOException { InnerException: AddressInUseException } taken => taken.Message,
        _ => null,
    };
}
