using System.Text;
using VoiceGlm.Testing;

namespace VoiceGlm.Transports.Sip.Tests;

/// <summary>Messages damaged as a hostile or broken peer would damage them, by the pieces that the grammar is made of; the same in every run.</summary>
public sealed class MutationTests
{
    [Fact]
    public void Damaged_messages_are_read_or_refused_and_never_throw()
    {
        byte[][] seeds = [Texts.Bytes(Texts.Invite), .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "VoiceGlm.Transports.Sip.Tests", "Messages", "Torture"), "*.dat").Order().Select(File.ReadAllBytes)];
        var damage = new Damage(4475, seeds);
        int read = 0;
        for (int i = 0; i < Mutator.Count; i++)
        {
            byte[] input = damage.Next();
            try
            {
                if (Use(input)) read++;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Input {i}, {Convert.ToHexString(input)}: {exception}", exception);
            }
        }

        // Damage that is always refused would test the first check only.
        Assert.InRange(read, Mutator.Count / 20, Mutator.Count * 19 / 20);
    }

    // What a message is asked for when it is taken, and what is made of it when it is not.
    private static bool Use(byte[] input)
    {
        SipMessage? message = SipParser.Parse(input, isStream: (input.Length & 1) == 1, out SipProblem? problem);
        if (message is SipRequest request) SipParser.Parse(SipResponse.Of(request, problem?.Status ?? 200).ToBytes(), isStream: true, out _);
        if (message is null || problem is not null) return false;
        _ = (message.Via, message.From.Uri.IsSamePlaceAs(message.To.Uri), message.CallId, message.CSeq, message.ContentType, message.Text);
        _ = (message.Headers.Addresses("Contact").Count(), message.Headers.Addresses("Record-Route").Count(), message.Headers.Number("Expires"));
        byte[] bytes = message.ToBytes();
        SipMessage? again = SipParser.Parse(bytes, isStream: true, out problem);
        if (bytes.Length <= SipParser.LargestMessage) Assert.Null(problem);
        Assert.Equal(message.StartLine, again?.StartLine ?? message.StartLine);
        return true;
    }

    private sealed class Damage(int seed, byte[][] seeds)
    {
        private static readonly byte[][] s_pieces = [.. new[] { "\r\n", "\r\n ", "\r\n\r\n", ";", ",", "\"", "<", ">", "\\", "%", "%4", "=", ":", "@", "?", "[", "]", "\0", " ", "\t", "99999999999999999999", "-1", "z9hG4bK", "SIP/2.0", "sip:", "\u00E9" }.Select(Encoding.UTF8.GetBytes)];

        private readonly Random _random = new(seed);

        public byte[] Next()
        {
            List<byte> bytes = [.. seeds[_random.Next(seeds.Length)]];
            for (int edits = 1 + _random.Next(4); edits > 0 && bytes.Count > 0; edits--) Edit(bytes);
            return [.. bytes];
        }

        private void Edit(List<byte> bytes)
        {
            int at = _random.Next(bytes.Count), length = Math.Min(bytes.Count - at, 1 + _random.Next(24));
            switch (_random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, s_pieces[_random.Next(s_pieces.Length)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(_random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 4 when _random.Next(8) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
            }
        }
    }
}
