using VoiceGlm.ParrotHost;

// dotnet run --project tests/VoiceGlm.ParrotHost -- http://127.0.0.1:5080
await using ParrotServer server = await ParrotServer.StartAsync(args.Length > 0 ? args[0] : "http://127.0.0.1:5080");
Console.WriteLine(server.Url);
await server.WaitForShutdownAsync();
