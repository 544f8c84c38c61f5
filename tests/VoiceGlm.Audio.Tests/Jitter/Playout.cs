namespace VoiceGlm.Audio.Tests;

/// <summary>Packets of 20 ms of PCMU, given to a <see cref="JitterBuffer"/> at stated times, and what is read from it every 20 ms.</summary>
internal sealed class Playout : IDisposable
{
    public const int Frame = 160;

    /// <summary>A delay that stays: nothing is stretched.</summary>
    public static readonly JitterBufferOptions Steady = new() { MinimumDelay = TimeSpan.FromMilliseconds(60), InitialDelay = TimeSpan.FromMilliseconds(60) };

    private readonly List<(double Arrival, int Order, Action Insert)> _arrivals = [];

    public Playout(JitterBufferOptions? options = null) => Buffer = new JitterBuffer(G711Codec.Pcmu, options);

    public JitterBuffer Buffer { get; }

    public ushort FirstNumber { get; init; } = 1_000;

    public uint FirstTimestamp { get; init; } = 50_000;

    /// <summary>Where the sound of each read came from.</summary>
    public List<BufferedSound> Sources { get; } = [];

    /// <summary>Says that a packet arrives.</summary>
    /// <param name="index">Of the packet in its stream; its number and its time follow from it.</param>
    /// <param name="milliseconds">When.</param>
    /// <param name="payload">What it holds.</param>
    /// <param name="content">What that is.</param>
    /// <param name="silence">Packets that were not sent before it, which took time but no number.</param>
    public void Arrive(int index, double milliseconds, byte[] payload, PacketContent content = PacketContent.Sound, int silence = 0)
    {
        var number = (ushort)(FirstNumber + index);
        uint timestamp = FirstTimestamp + (uint)((index + silence) * Frame);
        _arrivals.Add((milliseconds, _arrivals.Count, () => Buffer.Insert(number, timestamp, payload, TimeSpan.FromMilliseconds(milliseconds), content)));
    }

    /// <summary>Reads so many times.</summary>
    public float[] Read(int reads, int samples = Frame)
    {
        var sound = new float[reads * samples];
        double interval = 1_000.0 * samples / 8_000;
        var due = new Queue<(double Arrival, int Order, Action Insert)>(_arrivals.OrderBy(static arrival => (arrival.Arrival, arrival.Order)));
        for (int read = 0; read < reads; read++)
        {
            while (due.TryPeek(out (double Arrival, int Order, Action Insert) next) && next.Arrival <= read * interval) due.Dequeue().Insert();
            Sources.Add(Buffer.Read(TimeSpan.FromMilliseconds(read * interval), sound.AsSpan(read * samples, samples)));
        }

        _arrivals.Clear();
        return sound;
    }

    public void Dispose() => Buffer.Dispose();
}
