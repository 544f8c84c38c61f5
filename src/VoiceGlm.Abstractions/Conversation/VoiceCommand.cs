namespace VoiceGlm;

/// <summary>What the far side asks for, besides what it says into the microphone.</summary>
public abstract record VoiceCommand
{
    private VoiceCommand()
    {
    }

    /// <summary>The user wrote something; it is answered as if it had been said.</summary>
    /// <param name="Text">The text.</param>
    public sealed record SendText(string Text) : VoiceCommand;

    /// <summary>The user shows a picture: what is asked next may be about it.</summary>
    /// <param name="Image">The picture.</param>
    public sealed record ShowImage(UserImage Image) : VoiceCommand;

    /// <summary>The user allows what a card asks, or does not.</summary>
    /// <param name="CardId">The card.</param>
    /// <param name="IsAllowed">Whether they do.</param>
    public sealed record Decide(string CardId, bool IsAllowed) : VoiceCommand;

    /// <summary>The user pressed (or released) push-to-talk: what is heard in between is one utterance, whatever pauses it has.</summary>
    /// <param name="Pressed">Whether it is pressed.</param>
    public sealed record PushToTalk(bool Pressed) : VoiceCommand;

    /// <summary>The user has finished, now.</summary>
    public sealed record Commit : VoiceCommand;

    /// <summary>The reply is to stop, now.</summary>
    public sealed record Interrupt : VoiceCommand;

    /// <summary>The microphone is muted (or not): silence that must not end an utterance by itself.</summary>
    /// <param name="Muted">Whether it is muted.</param>
    public sealed record Mute(bool Muted) : VoiceCommand;

    /// <summary>Settings that hold from the next turn on.</summary>
    /// <param name="Settings">All of them.</param>
    public sealed record UpdateSettings(SessionSettings Settings) : VoiceCommand;

    /// <summary>The user hung up.</summary>
    public sealed record HangUp : VoiceCommand;
}
