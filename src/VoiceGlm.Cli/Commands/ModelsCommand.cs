using System.CommandLine;

namespace VoiceGlm.Cli;

/// <summary><c>models</c>: what can be done with model folders and checkpoints.</summary>
internal static class ModelsCommand
{
    public static Command Create(Terminal terminal) => new("models", "Fetch, convert, check, describe and synthesize models.")
    {
        ModelsPullCommand.Create(terminal),
        ModelsConvertCommand.Create(terminal),
        ModelsVerifyCommand.Create(terminal),
        ModelsInfoCommand.Create(terminal),
        ModelsSynthesizeCommand.Create(terminal),
    };
}
