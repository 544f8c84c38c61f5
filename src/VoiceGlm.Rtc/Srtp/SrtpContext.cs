using System.Buffers.Binary;

namespace VoiceGlm.Rtc;

/// <summary>
/// One direction of a session's media: protects what is sent, or restores what is received, in place and without allocating.
/// Rollover counters and replay windows are kept per source (RFC 3711 §3.2.3). Not thread-safe.
/// </summary>
internal sealed class SrtpContext : IDisposable
{
    /// <summary>Bytes that protection adds at most: GCM's tag and the index of RTCP.</summary>
    public const int MaximumOverhead = 16 + IndexLength;

    private const int MaximumSources = 8;
    private const int RtcpHeaderLength = 8;
    private const int IndexLength = 4;
    private const uint EncryptedFlag = 0x8000_0000;

    private readonly ISrtpTransform _rtp;
    private readonly ISrtpTransform _rtcp;
    private readonly bool _indexBeforeTag;
    private readonly Source[] _sources = new Source[MaximumSources];
    private int _sourceCount;
    private long _rtcpSent;

    /// <param name="profile">How media is protected.</param>
    /// <param name="key">The master key of this direction.</param>
    /// <param name="salt">The master salt of this direction.</param>
    public SrtpContext(SrtpProfile profile, ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
        : this(profile, SrtpKeys.Derive(profile, key, salt, rtcp: false), SrtpKeys.Derive(profile, key, salt, rtcp: true))
    {
    }

    internal SrtpContext(SrtpProfile profile, SrtpKeys rtp, SrtpKeys rtcp)
    {
        bool gcm = profile == SrtpProfile.AeadAes128Gcm;
        _rtp = gcm ? new GaloisTransform(rtp) : new CounterModeTransform(rtp);
        _rtcp = gcm ? new GaloisTransform(rtcp) : new CounterModeTransform(rtcp);
        _indexBeforeTag = !gcm;
        rtp.Clear();
        rtcp.Clear();
    }

    /// <summary>Protects an RTP packet.</summary>
    /// <param name="packet">The packet, and <see cref="MaximumOverhead"/> of room behind it.</param>
    /// <param name="length">The packet's length.</param>
    /// <returns>The length of what is sent.</returns>
    /// <exception cref="ArgumentException">It is no RTP packet, or the session sends from more sources than it may.</exception>
    public int Protect(Span<byte> packet, int length)
    {
        if (!RtpPacket.TryReadHeaderLength(packet[..length], out int header)) throw new ArgumentException("Expected an RTP packet.", nameof(packet));
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        ref Source source = ref Find(ssrc, out bool found);
        if (!found && !TryAdd(ref source, ssrc)) throw new ArgumentException($"Expected at most {MaximumSources} sources.", nameof(packet));
        long index = Index(source.Rtp.Highest, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
        source.Rtp.Add(index);
        _rtp.Protect(packet, new SrtpNonce(ssrc, index, null), header, length);
        return length + _rtp.TagLength;
    }

    /// <summary>Restores an RTP packet.</summary>
    /// <param name="packet">The packet as received.</param>
    /// <param name="length">The packet's length without what protection added.</param>
    public SrtpResult Unprotect(Span<byte> packet, out int length)
    {
        length = packet.Length - _rtp.TagLength;
        if (!RtpPacket.TryReadHeaderLength(packet, out int header) || header > length) return SrtpResult.Malformed;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        ref Source source = ref Find(ssrc, out bool found);
        if (!found && _sourceCount == MaximumSources) return SrtpResult.TooManySources;
        long index = Index(found ? source.Rtp.Highest : -1, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
        if (index < 0 || (found && !source.Rtp.MayBeNew(index))) return SrtpResult.Replayed;
        if (!_rtp.Unprotect(packet, new SrtpNonce(ssrc, index, null), header, length)) return SrtpResult.NotAuthentic;
        // Only who has the key makes this side remember a source.
        if (!found) TryAdd(ref source, ssrc);
        source.Rtp.Add(index);
        return SrtpResult.Ok;
    }

    /// <summary>Protects a compound of RTCP packets.</summary>
    /// <inheritdoc cref="Protect" path="/param"/>
    /// <returns>The length of what is sent.</returns>
    /// <exception cref="InvalidOperationException">2³¹ compounds were sent under this key.</exception>
    public int ProtectRtcp(Span<byte> packet, int length)
    {
        if (_rtcpSent == EncryptedFlag) throw new InvalidOperationException("Expected fewer than 2^31 RTCP packets under one key.");
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        long index = _rtcpSent++;
        _rtcp.Protect(packet, new SrtpNonce(ssrc, index, EncryptedFlag | (uint)index), RtcpHeaderLength, length);
        return length + _rtcp.TagLength + IndexLength;
    }

    /// <summary>Restores a compound of RTCP packets. One that is not encrypted is refused.</summary>
    /// <inheritdoc cref="Unprotect" path="/param"/>
    public SrtpResult UnprotectRtcp(Span<byte> packet, out int length)
    {
        length = packet.Length - _rtcp.TagLength - IndexLength;
        if (length < RtcpHeaderLength || packet[0] >> 6 != RtpPacket.Version) return SrtpResult.Malformed;
        uint trailer = BinaryPrimitives.ReadUInt32BigEndian(packet[(_indexBeforeTag ? length : packet.Length - IndexLength)..]);
        if ((trailer & EncryptedFlag) == 0) return SrtpResult.Malformed;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        long index = trailer & ~EncryptedFlag;
        ref Source source = ref Find(ssrc, out bool found);
        if (!found && _sourceCount == MaximumSources) return SrtpResult.TooManySources;
        if (found && !source.Rtcp.MayBeNew(index)) return SrtpResult.Replayed;
        if (!_rtcp.Unprotect(packet, new SrtpNonce(ssrc, index, trailer), RtcpHeaderLength, length)) return SrtpResult.NotAuthentic;
        if (!found) TryAdd(ref source, ssrc);
        source.Rtcp.Add(index);
        return SrtpResult.Ok;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    // RFC 3711 §3.3.1: of the indices that have this sequence number, the nearest to the highest so far.
    private static long Index(long highest, ushort sequenceNumber)
    {
        if (highest < 0) return sequenceNumber;
        return highest + (short)(sequenceNumber - (ushort)highest);
    }

    private ref Source Find(uint ssrc, out bool found)
    {
        for (int i = 0; i < _sourceCount; i++)
        {
            if (_sources[i].Ssrc != ssrc) continue;
            found = true;
            return ref _sources[i];
        }

        found = false;
        return ref _sources[Math.Min(_sourceCount, MaximumSources - 1)];
    }

    private bool TryAdd(ref Source source, uint ssrc)
    {
        if (_sourceCount == MaximumSources) return false;
        source = new Source { Ssrc = ssrc };
        _sourceCount++;
        return true;
    }

    private struct Source
    {
        public uint Ssrc;
        public ReplayWindow Rtp = new();
        public ReplayWindow Rtcp = new();

        public Source()
        {
        }
    }
}
