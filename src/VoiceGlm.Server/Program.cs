using VoiceGlm.Server;

try
{
    await VoiceService.Build(args).RunAsync();
    return Environment.ExitCode;
}
catch (Exception exception) when (StartFailure.Sentence(exception) is { } sentence)
{
    await Console.Error.WriteLineAsync($"The service cannot start: {sentence}");
    return 1;
}
