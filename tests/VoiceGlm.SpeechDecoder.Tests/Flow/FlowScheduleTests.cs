using VoiceGlm.Testing;

namespace VoiceGlm.SpeechDecoder.Tests;

public sealed class FlowScheduleTests
{
    private const double Tolerance = 1e-7;

    [Fact]
    public void Table_equals_the_reference()
    {
        var schedule = new FlowSchedule(10, cosine: true);
        Close.Equal(Npy.Read<float>("flow", "t_span_cosine.npy").Values, schedule.Table, Tolerance);
        Close.Equal(Npy.Read<float>("flow", "cases", "n25", "estimator_t.npy").Values, schedule.Times, Tolerance);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(10, false)]
    public void Lengths_reach_from_nought_to_one(int steps, bool cosine)
    {
        var schedule = new FlowSchedule(steps, cosine);
        Assert.Equal(steps, schedule.Times.Length);
        Assert.Equal(1, schedule.Lengths.ToArray().Sum(), 1e-6);
        Assert.Equal(0, schedule.Times[0]);
    }
}
