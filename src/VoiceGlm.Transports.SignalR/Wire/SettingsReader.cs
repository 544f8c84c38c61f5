using MessagePack;

namespace VoiceGlm.Transports.SignalR;

/// <summary>Reads the map of session settings, and says what is wrong with them.</summary>
internal static class SettingsReader
{
    /// <summary>Reads the map. A value of another type than the protocol says throws, as the reader does.</summary>
    public static SessionSettings Read(ref MessagePackReader reader)
    {
        var settings = new SessionSettings();
        int count = reader.ReadMapHeader();
        for (int i = 0; i < count; i++)
        {
            string? key = reader.ReadString();
            if (reader.TryReadNil()) continue;
            switch (key)
            {
                case "systemPrompt":
                    settings = settings with { SystemPrompt = reader.ReadString() };
                    break;
                case "greeting":
                    settings = settings with { Greeting = reader.ReadString() };
                    break;
                case "temperature":
                    settings = settings with { Temperature = (float)reader.ReadDouble() };
                    break;
                case "topP":
                    settings = settings with { TopP = (float)reader.ReadDouble() };
                    break;
                case "speechThreshold":
                    settings = settings with { SpeechThreshold = (float)reader.ReadDouble() };
                    break;
                case "endSilence":
                    settings = settings with { EndSilence = ReadDuration(ref reader) };
                    break;
                case "allowInterruption":
                    settings = settings with { AllowInterruption = reader.ReadBoolean() };
                    break;
                case "language":
                    settings = settings with { Language = reader.ReadString() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return settings;
    }

    /// <returns>A sentence about the first setting that cannot be, or <see langword="null"/>.</returns>
    public static string? FindFault(SessionSettings settings, SignalRVoiceOptions options)
    {
        if (settings.SystemPrompt is not null && !options.AllowSystemPrompt) return "systemPrompt: this service does not let a client set it.";
        if (settings.SystemPrompt?.Length > options.MaximumTextLength) return $"systemPrompt: expected at most {options.MaximumTextLength} characters, found {settings.SystemPrompt.Length}.";
        if (settings.Greeting?.Length > options.MaximumTextLength) return $"greeting: expected at most {options.MaximumTextLength} characters, found {settings.Greeting.Length}.";
        if (settings.Temperature is { } temperature && temperature is not (>= 0 and <= 2)) return $"temperature: expected 0 to 2, found {temperature}.";
        if (settings.TopP is { } topP && topP is not (> 0 and <= 1)) return $"topP: expected above 0, at most 1, found {topP}.";
        if (settings.SpeechThreshold is { } threshold && threshold is not (>= 0 and <= 1)) return $"speechThreshold: expected 0 to 1, found {threshold}.";
        if (settings.EndSilence is { } silence && (silence <= TimeSpan.Zero || silence > TimeSpan.FromSeconds(10))) return $"endSilence: expected above 0, at most 10,000 ms, found {silence.TotalMilliseconds} ms.";
        if (settings.Language is not (null or "en" or "zh")) return "language: expected en or zh.";
        return null;
    }

    // A number that is no duration becomes one that FindFault names.
    private static TimeSpan ReadDuration(ref MessagePackReader reader)
    {
        double milliseconds = reader.ReadDouble();
        return milliseconds is > 0 and < 1e9 ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.Zero;
    }
}
