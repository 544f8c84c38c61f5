using BenchmarkDotNet.Running;
using VoiceGlm.Benchmarks;

// A load is no benchmark of BenchmarkDotNet's kind: calls [how many] [seconds].
if (args is ["calls", ..])
{
    await CallLoad.RunAsync(args.Length > 1 ? int.Parse(args[1], null) : 200, TimeSpan.FromSeconds(args.Length > 2 ? int.Parse(args[2], null) : 20));
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
