using VoiceGlm.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>RFC 4475 §3.3: messages that are well formed, and what they are answered here.</summary>
public sealed class TortureCallTests
{
    [Theory]
    [InlineData("unkscm", 416)]
    [InlineData("novelsc", 416)]
    [InlineData("bext01", 420)]
    [InlineData("invut", 415)]
    [InlineData("zeromf", 200)]
    [InlineData("badbranch", 200)]
    [InlineData("intmeth", 501)]
    [InlineData("mpart01", 501)]
    [InlineData("cparam01", 405)]
    [InlineData("unksm2", 405)]
    [InlineData("regaut01", 405)]
    [InlineData("badvers", 505)]
    [InlineData("insuf", 400)]
    [InlineData("multi01", 400)]
    [InlineData("mcl01", 400)]
    [InlineData("baddate", 200)]
    [InlineData("sdp01", 200)]
    [InlineData("inv2543", 200)]
    [InlineData("longreq", 200)]
    [InlineData("bcast", 0)]
    [InlineData("bigcode", 0)]
    public async Task Message_is_answered_as_it_should_be(string name, int status)
    {
        await using var line = new Line();
        byte[] bytes = File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "VoiceGlm.Transports.Sip.Tests", "Messages", "Torture", name + ".dat"));
        if (SipParser.Parse(bytes, isStream: false, out SipProblem? problem) is { } message) line.Transactions.Receive(message, problem, line.Flow);
        // The answer repeats what is malformed.
        Assert.Equal(status == 0 ? "" : $"{status}", line.Flow.Lines.LastOrDefault()?.Split(' ')[1] ?? "");
    }
}
