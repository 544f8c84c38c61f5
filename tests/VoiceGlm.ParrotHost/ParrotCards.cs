namespace VoiceGlm.ParrotHost;

/// <summary>A card of each kind, with what a stranger's text may hold.</summary>
internal static class ParrotCards
{
    // Drawn in the address, so that no file has to be served.
    private const string Drawing =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='320' height='240'%3E%3Crect width='320' height='240' fill='lightsteelblue'/%3E%3Ccircle cx='96' cy='120' r='56' fill='firebrick'/%3E%3C/svg%3E";

    /// <summary>The cards, in the order in which they are shown. The film is shown twice: as it is made, and as it failed.</summary>
    public static IReadOnlyList<(string Id, Card Card)> All { get; } =
    [
        ("text", new Card.Text(
            "Who wrote the first program?",
            "**Ada Lovelace**, in 1843, for the *Analytical Engine*.\n\n| Year | Machine |\n|---|---|\n| 1843 | on paper |\n| 1941 | Z3 |\n\n1. She saw that it could do more than numbers.\n2. See `Note G`.\n\n<img src=x onerror=\"document.title='taken'\">",
            [new Citation("Sketch of the Analytical Engine", "https://example.com/sketch"), new Citation("Not for you", "javascript:document.title='taken'")])),
        ("picture", new Card.Picture("A red fox in the snow", "A red fox in fresh snow, at dusk, photographed from far away", Drawing) { Source = "emulator" }),
        ("look", new Card.Look("What is on the table?", "A **cup** and a notebook.", Drawing, [new Box(0.1, 0.2, 0.5, 0.8, "cup"), new Box(0.6, 0.4, 0.95, 0.9, "notebook")])),
        ("code", new Card.Code(
            "Sort a list", "python", ["def ordered(items):\n    \"\"\"A sorted copy.\"\"\"\n    return sorted(items)  # stable", "def ordered(items):\n    result = list(items)\n    result.sort()\n    return result"],
            "Both keep equal items in their order.")),
        ("reasoning", new Card.Reasoning("Is 91 a prime?", "9 and 1 add up to 10, so not by 3. 7 times 13 is 91.", "No: **91 = 7 x 13**.", TimeSpan.FromSeconds(12))),
        ("video", new Card.Video("Waves at night", "job-1", JobState.Running, TimeSpan.FromSeconds(5), null, null)),
        ("phone", new Card.Phone("Order a coffee", [new PhoneStep("Launch Coffee", "The app is on the first page.", Drawing), new PhoneStep("Tap 500, 900", "The button orders.", Drawing)], "May I pay 3.20?", IsDone: false)),
        ("blanks", new Card.Blanks("Fill the blanks", [new BlankPart("Beijing is the ", false), new BlankPart("capital", true), new BlankPart(" of China.", false)], IsEmulated: true)),
        ("notice", new Card.Notice("Draw a heron", "It is very busy there right now. Please try again in a moment.")),
        ("video", new Card.Video("Waves at night", "job-1", JobState.Failed, TimeSpan.FromSeconds(9), null, null)),
    ];

    /// <summary>What is seen in a picture of the user's: that it is one.</summary>
    public static Card Look(UserImage image) => new Card.Look(
        "What do you see?", $"A picture of {image.Content.Length:N0} bytes.", $"data:{image.MediaType};base64,{Convert.ToBase64String(image.Content.Span)}", [new Box(0.25, 0.25, 0.75, 0.75, "middle")]);
}
