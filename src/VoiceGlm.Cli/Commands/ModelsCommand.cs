using System.CommandLine;

namespace VoiceGlm.Cli;

/// <summary><c>models</c>: what can be done with model folders and checkpoints.</summary>
internal static class ModelsCommand
{
    public static Command Create(Terminal terminal) => new("models", "Convert, check, describe and synthesize models.")
    {
        ModelsConvertCommand.Create(terminal),
        ModelsVerifyCommand.Create(terminal),
        ModelsInfoCommand.Create(terminal),
        ModelsSynthesizeCommand.Create(terminal),
    };
}
