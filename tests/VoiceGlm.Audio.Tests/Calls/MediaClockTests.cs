using System.Threading.Channels;

namespace VoiceGlm.Audio.Tests;

/// <summary>The beat of calls.</summary>
public sealed class MediaClockTests
{
    [Fact]
    public async Task Every_call_beats_until_it_is_taken_out_and_the_clock_runs_again_for_the_next()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var clock = new MediaClock();
        for (int i = 0; i < 2; i++)
        {
            Channel<bool> first = Channel.CreateUnbounded<bool>(), second = Channel.CreateUnbounded<bool>();
            Action one = () => first.Writer.TryWrite(true), other = () => second.Writer.TryWrite(true);
            clock.Add(one);
            clock.Add(other);
            for (int beat = 0; beat < 5; beat++)
            {
                await first.Reader.ReadAsync(cancellationToken);
                await second.Reader.ReadAsync(cancellationToken);
            }

            clock.Remove(one);
            // The beat that was under way may have been its last; those after the other's next one are without it.
            while (second.Reader.TryRead(out _))
            {
            }

            await second.Reader.ReadAsync(cancellationToken);
            await second.Reader.ReadAsync(cancellationToken);
            int beats = first.Reader.Count;
            await second.Reader.ReadAsync(cancellationToken);
            Assert.Equal(beats, first.Reader.Count);
            clock.Remove(other);
            Assert.Equal(0, clock.Count);
        }
    }
}
