// The hosted API of the GLM models, emulated on this machine: nothing is asked of the network, and no model answers. See README.md.
using System.Globalization;
using GlmApiEmulator;

const string Port = "--port=";
string? given = args.FirstOrDefault(static arg => arg.StartsWith(Port, StringComparison.Ordinal));
int port = given is null ? GlmEmulator.DefaultPort : int.Parse(given[Port.Length..], CultureInfo.InvariantCulture);
await using GlmEmulator emulator = await GlmEmulator.StartAsync(port: port);
Console.WriteLine($"Emulating the GLM API at {emulator.BaseAddress}");
await emulator.WaitForShutdownAsync();
