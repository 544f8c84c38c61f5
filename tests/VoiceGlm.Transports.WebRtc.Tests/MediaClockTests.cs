namespace VoiceGlm.Transports.WebRtc.Tests;

/// <summary>The beat of calls.</summary>
public sealed class MediaClockTests
{
    [Fact]
    public async Task Every_call_beats_until_it_is_taken_out_and_the_clock_runs_again_for_the_next()
    {
        using var clock = new MediaClock();
        for (int i = 0; i < 2; i++)
        {
            using var first = new SemaphoreSlim(0);
            using var second = new SemaphoreSlim(0);
            Action one = () => first.Release(), other = () => second.Release();
            clock.Add(one);
            clock.Add(other);
            for (int beat = 0; beat < 5; beat++)
            {
                await first.WaitAsync(TestContext.Current.CancellationToken);
                await second.WaitAsync(TestContext.Current.CancellationToken);
            }

            clock.Remove(one);
            // The beat that was under way may have been its last; those after the other's next one are without it.
            await second.WaitAsync(TestContext.Current.CancellationToken);
            await second.WaitAsync(TestContext.Current.CancellationToken);
            int beats = first.CurrentCount;
            await second.WaitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(beats, first.CurrentCount);
            clock.Remove(other);
            while (second.CurrentCount > 0) await second.WaitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, clock.Count);
            // Released once more by a beat that was under way at most; then disposed.
            await Task.Delay(5 * MediaClock.Interval, TestContext.Current.CancellationToken);
        }
    }
}
