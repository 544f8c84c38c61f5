using System.Net;
using System.Text;

namespace VoiceGlm.Rtc.Tests;

/// <summary>What a check draws.</summary>
public sealed class IceLiteAgentTests
{
    /// <summary>How much longer an answer may be than the shortest check that draws one.</summary>
    private const double Amplification = 1.2;

    [Theory]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.0.2.1", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2001:db8::1", true)]
    public void Shortest_check_there_is_draws_little_more_than_it_costs(string address, bool isConflict)
    {
        var agent = new IceLiteAgent("u");
        byte[] buffer = new byte[256];
        var check = new StunWriter(buffer, StunType.BindingRequest, new byte[StunMessage.TransactionLength]);
        check.Add(StunAttribute.Username, Encoding.ASCII.GetBytes($"{agent.Local.Ufrag}:u"));
        if (isConflict) check.Add(StunAttribute.IceControlled, []);
        check.AddIntegrity(agent.Local.PasswordBytes);
        check.AddFingerprint();
        Assert.True(StunMessage.TryParse(check.Written, out StunMessage request));

        IceCheck result = agent.Check(request, new Path(address), TimeSpan.Zero, new byte[IceLiteAgent.MaximumAnswer], out int length, out _);

        Assert.Equal(isConflict ? IceCheck.Refused : IceCheck.Valid, result);
        Assert.InRange(length / (double)check.Length, 0.5, Amplification);
    }

    private sealed class Path(string address) : NetworkPath(TransportAddress.From(new IPEndPoint(IPAddress.Parse(address), 9)))
    {
        public override bool TrySend(ReadOnlySpan<byte> packet) => false;

        public override void Release()
        {
        }
    }
}
