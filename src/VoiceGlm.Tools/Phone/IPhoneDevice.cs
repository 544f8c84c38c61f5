namespace VoiceGlm.Tools.Phone;

/// <summary>A phone that can be looked at and touched. One task at a time.</summary>
internal interface IPhoneDevice
{
    /// <summary>Its name, for people.</summary>
    string Name { get; }

    /// <summary>Looks at the screen.</summary>
    Task<PhoneScreen> LookAsync(CancellationToken cancellationToken);

    /// <summary>Does something that needs nobody.</summary>
    /// <returns>What could not be done, as a sentence for the model; <see langword="null"/> where all is well.</returns>
    Task<string?> DoAsync(PhoneAction action, CancellationToken cancellationToken);
}

/// <summary>What a phone shows.</summary>
/// <param name="Png">The screen.</param>
/// <param name="App">The app in front.</param>
/// <param name="IsHidden">Whether the app does not let itself be looked at: the screen is black.</param>
internal sealed record PhoneScreen(ReadOnlyMemory<byte> Png, string App, bool IsHidden);
