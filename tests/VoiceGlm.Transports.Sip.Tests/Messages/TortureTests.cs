using VoiceGlm.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Messages with the properties that RFC 4475 tests: what is legal is read, what is not is refused; where the RFC leaves a choice, this side is strict.</summary>
public sealed class TortureTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "VoiceGlm.Transports.Sip.Tests", "Messages", "Torture");

    // §3.1.1, and what is only odd beyond the syntax (§3.2, §3.3).
    private static readonly string[] s_legal =
    [
        "wsinv", "intmeth", "esc01", "escnull", "esc02", "lwsdisp", "longreq", "dblreq", "semiuri", "transports", "mpart01", "unreason", "noreason",
        "baddate", "badbranch", "unkscm", "novelsc", "unksm2", "bext01", "invut", "regaut01", "bcast", "zeromf", "cparam01", "cparam02", "regescrt", "sdp01", "inv2543",
        "escruri", "regbadct",
    ];

    // §3.1.2 and §3.3.1, §3.3.8, §3.3.9: answered so, or dropped where it is a response.
    private static readonly Dictionary<string, int?> s_refused = new()
    {
        ["badinv01"] = 400,
        ["clerr"] = 400,
        ["ncl"] = 400,
        ["scalar02"] = 400,
        ["scalarlg"] = null,
        ["quotbal"] = 400,
        ["ltgtruri"] = 400,
        ["lwsruri"] = 400,
        ["lwsstart"] = 400,
        ["trws"] = 400,
        ["badaspec"] = 400,
        ["baddn"] = 400,
        ["badvers"] = 505,
        ["mismatch01"] = 400,
        ["mismatch02"] = 400,
        ["bigcode"] = null,
        ["insuf"] = 400,
        ["multi01"] = 400,
        ["mcl01"] = 400,
    };

    public static TheoryData<string> Legal { get; } = [.. s_legal];

    public static TheoryData<string> Refused { get; } = [.. s_refused.Keys];

    [Fact]
    public void Every_message_is_judged() =>
        Assert.Equal(Directory.EnumerateFiles(s_folder, "*.dat").Select(Path.GetFileNameWithoutExtension).Order(), s_legal.Concat(s_refused.Keys).Order());

    [Theory]
    [MemberData(nameof(Legal))]
    public void Legal_message_is_read_and_can_be_written(string name)
    {
        SipMessage? message = Read(name, out SipProblem? problem);
        Assert.Null(problem);
        byte[] bytes = message!.ToBytes();
        Assert.NotNull(SipParser.Parse(bytes, isStream: true, out problem));
        Assert.Null(problem);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Malformed_message_is_refused(string name)
    {
        SipMessage? message = Read(name, out SipProblem? problem);
        Assert.NotNull(problem);
        if (s_refused[name] is { } status) Assert.Equal(status, problem.Status);
        Assert.Equal(s_refused[name] is not null, message is not null);
    }

    [Fact]
    public void Folded_lines_and_spaces_everywhere_hide_nothing()
    {
        SipMessage message = Read("wsinv", out _)!;
        Assert.Equal(("bow-1882", "keel-77"), (message.To.Tag, message.From.Tag));
        Assert.Equal("Ines \"Io\" Falk\\\"", message.From.DisplayName);
        Assert.Equal(3, message.Headers.List("Via").Count());
        Assert.Null(message.Via.Branch);
        Assert.Equal(42, message.CSeq.Number);
        Assert.Equal("high at six, low at noon", message.Headers["Tide-Table"]);
        SipAddress contact = Assert.Single(message.Headers.Addresses("Contact"));
        Assert.Equal("red", contact.Parameters["buoy"]);
    }

    [Fact]
    public void Second_request_behind_the_first_in_a_datagram_is_left_out() => Assert.Equal("REGISTER", Assert.IsType<SipRequest>(Read("dblreq", out _)).Method);

    private static SipMessage? Read(string name, out SipProblem? problem) =>
        SipParser.Parse(File.ReadAllBytes(Path.Combine(s_folder, name + ".dat")), isStream: false, out problem);
}
