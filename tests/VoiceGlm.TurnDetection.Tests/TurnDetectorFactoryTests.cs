using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VoiceGlm.Testing;

namespace VoiceGlm.TurnDetection.Tests;

public sealed class TurnDetectorFactoryTests
{
    [Fact]
    public void Factory_listens_by_energy_where_the_network_is_not_there_and_says_so_once()
    {
        using var folder = new TemporaryFolder();
        var log = new ListLogger();
        using var factory = new TurnDetectorFactory(Options.Create(new TurnDetectionOptions()), log, folder.Path);
        for (int i = 0; i < 3; i++)
        {
            using ITurnDetector detector = factory.Create(new SessionSettings());
            Assert.Contains(
                Conversations.Listen((TurnDetector)detector, [.. Sounds.Noise(1, -60), .. Sounds.Person()], 320),
                static signal => signal.Kind == TurnSignalKind.SpeechStarted);
        }

        Assert.Contains(folder.Path, Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Network_that_the_options_name_and_that_is_not_there_is_an_error()
    {
        using var folder = new TemporaryFolder();
        IOptions<TurnDetectionOptions> options = Options.Create(new TurnDetectionOptions { NetworkPath = folder["none.onnx"] });
        Assert.Throws<ModelLoadException>(() => new TurnDetectorFactory(options, new ListLogger()));
    }

    [Fact]
    public void Sessions_share_the_network_and_outlive_one_another()
    {
        Assert.NotNull(Kinds.LoadedNetwork);
        using var factory = new TurnDetectorFactory(Options.Create(new TurnDetectionOptions()), new ListLogger());
        float[] microphone = [.. Sounds.Noise(1, -60), .. Sounds.Person(), .. Sounds.Noise(1, -60)];
        ITurnDetector first = factory.Create(new SessionSettings());
        List<Conversations.Said> said = Conversations.Listen((TurnDetector)first, microphone, 320);
        first.Dispose();
        using ITurnDetector second = factory.Create(new SessionSettings());
        Assert.NotEmpty(said);
        Assert.Equal(said, Conversations.Listen((TurnDetector)second, microphone, 320));
    }

    [Fact]
    public void Services_give_the_factory_with_the_configured_options()
    {
        using ServiceProvider services = Services(("UseNetwork", "false"), ("EndSilence", "00:00:00.800"));
        Assert.IsType<TurnDetectorFactory>(services.GetRequiredService<ITurnDetectorFactory>());
        Assert.Equal(TimeSpan.FromMilliseconds(800), services.GetRequiredService<IOptions<TurnDetectionOptions>>().Value.EndSilence);
    }

    [Theory]
    [InlineData("SpeechThreshold", "1.5", "SpeechThreshold")]
    [InlineData("PreRoll", "00:00:05", "PreRoll")]
    [InlineData("EndSilence", "00:00:05", "LongestEndSilence")]
    [InlineData("PauseSilence", "00:00:01", "ShortestEndSilence")]
    [InlineData("SuspectInterruption", "00:00:00.9", "ConfirmInterruption")]
    public void Wrong_options_are_refused_with_a_sentence(string name, string value, string named)
    {
        using ServiceProvider services = Services((name, value));
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<TurnDetectionOptions>>().Value);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] values)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(static value => KeyValuePair.Create(TurnDetectionOptions.SectionName + ":" + value.Name, (string?)value.Value)))
            .Build();
        return new ServiceCollection().AddSingleton(configuration).AddLogging().AddTurnDetection().BuildServiceProvider();
    }

    private sealed class ListLogger : ILogger<TurnDetectorFactory>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
