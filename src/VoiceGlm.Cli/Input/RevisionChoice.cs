using VoiceGlm.Downloads;

namespace VoiceGlm.Cli;

/// <summary>Which revision of each repository was asked for: <c>REVISION</c> for all of them, <c>REPOSITORY=REVISION</c> for one.</summary>
internal sealed class RevisionChoice
{
    private readonly Dictionary<string, string> _byRepository = [];
    private readonly string? _forAll;

    /// <exception cref="DownloadException">The model has no such repository.</exception>
    public RevisionChoice(PublishedModel model, IEnumerable<string> asked)
    {
        foreach (string text in asked)
        {
            string[] words = text.Split('=', 2);
            if (words.Length == 1) _forAll = text;
            else if (model.Repositories.Contains(words[0])) _byRepository[words[0]] = words[1];
            else throw new DownloadException($"--revision {text}: expected one of {string.Join(", ", model.Repositories)} before the '=', found {words[0]}.");
        }
    }

    /// <summary>The revision of a repository, or <see langword="null"/> for the newest.</summary>
    public string? Of(string repository) => _byRepository.GetValueOrDefault(repository) ?? _forAll;
}
