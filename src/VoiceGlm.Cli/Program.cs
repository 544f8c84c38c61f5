using VoiceGlm.Cli;

return await CommandLine.RunAsync(args, new Terminal());
