namespace VoiceGlm.Rtc;

/// <summary>One line <c>a=name</c> or <c>a=name:value</c> of a session description.</summary>
/// <param name="Name">What stands before the colon.</param>
/// <param name="Value">What stands after it; null for a property attribute, which has no colon.</param>
public readonly record struct SdpField(string Name, string? Value = null)
{
    /// <inheritdoc/>
    public override string ToString() => Value is null ? $"a={Name}" : $"a={Name}:{Value}";
}
