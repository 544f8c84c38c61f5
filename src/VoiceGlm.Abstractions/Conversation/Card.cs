namespace VoiceGlm;

/// <summary>What a page shows of something that a tool made, while the short form of it is said. All of it is data of strangers: shown, never run.</summary>
/// <param name="Title">A few words.</param>
public abstract record Card(string Title)
{
    /// <summary>Who made it, such as <c>bigmodel</c>, or <c>emulator</c> where it is made up; empty for the service itself.</summary>
    public string Source { get; init; } = "";

    /// <summary>An answer in words.</summary>
    /// <param name="Title">The question.</param>
    /// <param name="Markdown">The answer.</param>
    /// <param name="Citations">The pages that it is from; perhaps none.</param>
    public sealed record Text(string Title, string Markdown, IReadOnlyList<Citation> Citations) : Card(Title);

    /// <summary>A picture that was drawn.</summary>
    /// <param name="Title">What was asked for.</param>
    /// <param name="Prompt">What was drawn from: the picture's words for who cannot see it.</param>
    /// <param name="Url">Where it is, on this service.</param>
    public sealed record Picture(string Title, string Prompt, string Url) : Card(Title);

    /// <summary>A picture that was looked at.</summary>
    /// <param name="Title">The question.</param>
    /// <param name="Markdown">The answer, or the text of the page.</param>
    /// <param name="ImageUrl">The picture, on this service.</param>
    /// <param name="Boxes">What was found in it, and where; perhaps nothing.</param>
    public sealed record Look(string Title, string Markdown, string ImageUrl, IReadOnlyList<Box> Boxes) : Card(Title);

    /// <summary>Code.</summary>
    /// <param name="Title">What was asked for.</param>
    /// <param name="Language">Its language in small letters, such as <c>python</c>; empty where it is not known.</param>
    /// <param name="Candidates">One, or several to choose from.</param>
    /// <param name="Explanation">What is said of it, as Markdown; perhaps nothing.</param>
    public sealed record Code(string Title, string Language, IReadOnlyList<string> Candidates, string Explanation) : Card(Title);

    /// <summary>An answer that was thought about.</summary>
    /// <param name="Title">The question.</param>
    /// <param name="Thoughts">What was thought so far: shown on request, never said.</param>
    /// <param name="Answer">The answer as Markdown; empty while it is thought about.</param>
    /// <param name="Elapsed">How long it has been thought about.</param>
    public sealed record Reasoning(string Title, string Thoughts, string Answer, TimeSpan Elapsed) : Card(Title);

    /// <summary>A film, or the making of it.</summary>
    /// <param name="Title">What was asked for.</param>
    /// <param name="JobId">The job that makes it.</param>
    /// <param name="State">How it stands.</param>
    /// <param name="Elapsed">How long it has taken so far.</param>
    /// <param name="Url">Where the film is, on this service, once it is made.</param>
    /// <param name="PosterUrl">A picture of it, on this service, if there is one.</param>
    public sealed record Video(string Title, string JobId, JobState State, TimeSpan Elapsed, string? Url, string? PosterUrl) : Card(Title);

    /// <summary>What is done on a phone, step by step.</summary>
    /// <param name="Title">What was asked for.</param>
    /// <param name="Steps">The steps so far.</param>
    /// <param name="Question">What the user has to allow or do before it goes on; <see langword="null"/> where nothing is asked.</param>
    /// <param name="IsDone">Whether it has ended.</param>
    public sealed record Phone(string Title, IReadOnlyList<PhoneStep> Steps, string? Question, bool IsDone) : Card(Title);

    /// <summary>A text whose blanks were filled.</summary>
    /// <param name="Title">What was asked for.</param>
    /// <param name="Parts">The text in order.</param>
    /// <param name="IsEmulated">Whether another model than one that is made for it filled them.</param>
    public sealed record Blanks(string Title, IReadOnlyList<BlankPart> Parts, bool IsEmulated) : Card(Title);

    /// <summary>That something did not work, or is under way.</summary>
    /// <param name="Title">What was asked for.</param>
    /// <param name="Message">A sentence.</param>
    public sealed record Notice(string Title, string Message) : Card(Title);
}

/// <summary>A page that an answer is from.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Url">Its address: http or https.</param>
public sealed record Citation(string Title, string Url);

/// <summary>A place in a picture; its sides are parts of the picture's, in [0, 1] from the upper left.</summary>
/// <param name="Left">Where it begins.</param>
/// <param name="Top">Where it begins.</param>
/// <param name="Right">Where it ends, beyond <paramref name="Left"/>.</param>
/// <param name="Bottom">Where it ends, beyond <paramref name="Top"/>.</param>
/// <param name="Label">What is there; perhaps empty.</param>
public sealed record Box(double Left, double Top, double Right, double Bottom, string Label);

/// <summary>How a job stands.</summary>
public enum JobState
{
    /// <summary>It is being done.</summary>
    Running,

    /// <summary>It is done.</summary>
    Succeeded,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>The user does not want it any more.</summary>
    Cancelled,
}

/// <summary>A step on a phone.</summary>
/// <param name="Action">What was done, such as <c>Tap 500, 900</c>.</param>
/// <param name="Thought">Why; perhaps empty.</param>
/// <param name="ScreenUrl">What the phone showed before, on this service; perhaps nothing.</param>
public sealed record PhoneStep(string Action, string Thought, string? ScreenUrl);

/// <summary>A piece of a text with blanks.</summary>
/// <param name="Text">The words.</param>
/// <param name="IsFill">Whether they fill a blank.</param>
public sealed record BlankPart(string Text, bool IsFill);
