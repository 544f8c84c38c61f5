namespace VoiceGlm.Tools.Phone;

/// <summary>Something that is done on a phone. Places are thousandths of the screen's sides, from the upper left.</summary>
internal abstract record PhoneAction
{
    private PhoneAction()
    {
    }

    /// <summary>Opens an app.</summary>
    public sealed record Launch(string App) : PhoneAction;

    /// <summary>Touches a place.</summary>
    /// <param name="X">Across.</param>
    /// <param name="Y">Down.</param>
    /// <param name="Sensitive">Why the user has to allow it; <see langword="null"/> where they need not.</param>
    public sealed record Tap(int X, int Y, string? Sensitive) : PhoneAction;

    /// <summary>Touches a place twice.</summary>
    public sealed record DoubleTap(int X, int Y) : PhoneAction;

    /// <summary>Touches a place for long.</summary>
    public sealed record LongPress(int X, int Y) : PhoneAction;

    /// <summary>Moves a finger.</summary>
    public sealed record Swipe(int FromX, int FromY, int ToX, int ToY) : PhoneAction;

    /// <summary>Writes.</summary>
    public sealed record Type(string Text) : PhoneAction;

    /// <summary>Goes back.</summary>
    public sealed record Back : PhoneAction;

    /// <summary>Goes home.</summary>
    public sealed record Home : PhoneAction;

    /// <summary>Waits.</summary>
    public sealed record Wait(TimeSpan Duration) : PhoneAction;

    /// <summary>Remembers what is on the screen.</summary>
    public sealed record Note(string Message) : PhoneAction;

    /// <summary>Has the user choose.</summary>
    public sealed record Interact(string Message) : PhoneAction;

    /// <summary>Has the user do what only they can: sign in, solve a riddle.</summary>
    public sealed record TakeOver(string Message) : PhoneAction;

    /// <summary>Ends the task.</summary>
    public sealed record Finish(string Message) : PhoneAction;

    /// <summary>What a step of a card says.</summary>
    public string Describe() => this switch
    {
        Launch launch => $"Launch {launch.App}",
        Tap tap => $"Tap {tap.X}, {tap.Y}",
        DoubleTap tap => $"Double tap {tap.X}, {tap.Y}",
        LongPress press => $"Long press {press.X}, {press.Y}",
        Swipe swipe => $"Swipe {swipe.FromX}, {swipe.FromY} to {swipe.ToX}, {swipe.ToY}",
        Type type => $"Type {type.Text}",
        Back => "Back",
        Home => "Home",
        Wait wait => $"Wait {wait.Duration.TotalSeconds:F0} s",
        Note => "Note",
        Interact => "Ask the user",
        TakeOver => "Hand over to the user",
        _ => "Finish",
    };
}
