using System.Text;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Messages as text, with line ends as the network has them.</summary>
internal static class Texts
{
    public const string Invite = """
        INVITE sip:bob@office.example.net SIP/2.0
        Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKmorning1;rport
        Max-Forwards: 70
        From: "Alice" <sip:alice@home.example.org>;tag=k2-caller-7
        To: Bob <sip:bob@office.example.net>
        Call-ID: call-20-of-may@home.example.org
        CSeq: 1 INVITE
        Contact: <sip:alice@192.0.2.1:5060;transport=udp>
        Supported: 100rel, timer
        Content-Type: application/sdp
        Content-Length: 5

        v=0

        """;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static SipMessage? Parse(string text, out SipProblem? problem, bool isStream = false) => SipParser.Parse(Bytes(text), isStream, out problem);

    public static SipRequest Request(string text)
    {
        SipMessage? message = Parse(text, out SipProblem? problem);
        Assert.Null(problem);
        return Assert.IsType<SipRequest>(message);
    }
}
