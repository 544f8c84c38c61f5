using System.Text;

namespace VoiceGlm.Rtc;

/// <summary>What became of a connectivity check.</summary>
internal enum IceCheck
{
    /// <summary>It is answered and its path may be used.</summary>
    Valid,

    /// <summary>It is answered by an error.</summary>
    Refused,

    /// <summary>It was not written by the one who has the password.</summary>
    NotAuthentic,

    /// <summary>It was sent before from elsewhere.</summary>
    Replayed,
}

/// <summary>
/// One session's ICE, as the lite side (RFC 8445 §2.5): it answers checks, and the paths that they came by are the ones that work.
/// Consent to send is given by each check and lasts for a time (RFC 7675). Not thread-safe.
/// </summary>
internal sealed class IceLiteAgent
{
    /// <summary>Bytes of the longest answer: the head, an IPv6 address, integrity and fingerprint.</summary>
    public const int MaximumAnswer = 128;

    private const int RoleConflict = 487;

    // A path per candidate pair that works; a browser seldom has more than four.
    private const int MaximumPaths = 8;

    private readonly RecentChecks _checks = new();
    private readonly List<NetworkPath> _paths = new(MaximumPaths);
    private (IceCredentials Local, byte[] RemoteUfrag) _current;
    private (IceCredentials Local, byte[] RemoteUfrag)? _before;

    public IceLiteAgent(string remoteUfrag) => _current = (IceCredentials.Create(), Encoding.UTF8.GetBytes(remoteUfrag));

    /// <summary>What this side says of itself.</summary>
    public IceCredentials Local => _current.Local;

    /// <summary>What it said before a restart, as long as the new has not been used.</summary>
    public IceCredentials? LocalBefore => _before?.Local;

    /// <summary>The path that is sent by: the one nominated last, or until then the first that worked.</summary>
    public NetworkPath? Selected { get; private set; }

    /// <summary>Whether the other side has chosen it.</summary>
    public bool IsNominated { get; private set; }

    /// <summary>When the selected path was last checked.</summary>
    public TimeSpan ConsentAt { get; private set; }

    /// <summary>The paths that work.</summary>
    public IReadOnlyList<NetworkPath> Paths => _paths;

    /// <summary>Begins anew (RFC 8445 §9) where the other side's fragment has changed. The old paths serve until one of the new is nominated.</summary>
    /// <returns>Whether it did.</returns>
    public bool TryRestart(string remoteUfrag)
    {
        byte[] remote = Encoding.UTF8.GetBytes(remoteUfrag);
        if (remote.AsSpan().SequenceEqual(_current.RemoteUfrag)) return false;
        _before = _current;
        _current = (IceCredentials.Create(), remote);
        IsNominated = false;
        return true;
    }

    /// <summary>Answers a binding request.</summary>
    /// <param name="request">The request; its fragment is one of this session's.</param>
    /// <param name="path">Where it came from.</param>
    /// <param name="now">When, by a steady clock.</param>
    /// <param name="answer">Room for <see cref="MaximumAnswer"/> bytes.</param>
    /// <param name="length">How many of them to send back; 0 for none.</param>
    /// <param name="evicted">A path that makes place for this one, or null.</param>
    public IceCheck Check(in StunMessage request, NetworkPath path, TimeSpan now, Span<byte> answer, out int length, out NetworkPath? evicted)
    {
        length = 0;
        evicted = null;
        if (!request.TryGet(StunAttribute.Username, out ReadOnlySpan<byte> user) || user.Length <= IceCredentials.UfragLength) return IceCheck.NotAuthentic;
        bool isBefore = _before is { } before && IceCredentials.KeyOf(user) == before.Local.Key;
        (IceCredentials local, byte[] remote) = isBefore ? _before!.Value : _current;
        if (!user[(IceCredentials.UfragLength + 1)..].SequenceEqual(remote) || !request.IsAuthentic(local.PasswordBytes)) return IceCheck.NotAuthentic;
        if (!_checks.TryAdd(request.TransactionId, path.Remote)) return IceCheck.Replayed;
        bool isControlled = request.TryGet(StunAttribute.IceControlled, out _);
        length = Answer(request, path, local, isControlled, answer);
        // Two sides cannot both follow, and a lite one cannot lead (§7.3.1.1).
        if (isControlled) return IceCheck.Refused;
        evicted = Remember(path);
        path.CheckedAt = now;
        if (Selected is null || (request.TryGet(StunAttribute.UseCandidate, out _) && !isBefore)) Select(path, request.TryGet(StunAttribute.UseCandidate, out _));
        if (path == Selected) ConsentAt = now;
        return IceCheck.Valid;
    }

    /// <summary>Forgets a path that is gone, such as a connection that was closed.</summary>
    public void Remove(NetworkPath path)
    {
        _paths.Remove(path);
        if (Selected != path) return;
        Selected = null;
        IsNominated = false;
    }

    private static int Answer(in StunMessage request, NetworkPath path, IceCredentials local, bool isConflict, Span<byte> answer)
    {
        var writer = new StunWriter(answer, isConflict ? StunType.BindingError : StunType.BindingSuccess, request.TransactionId);
        if (isConflict)
            writer.AddError(RoleConflict, "Role Conflict"u8);
        else
            writer.AddAddress(path.Remote);
        writer.AddIntegrity(local.PasswordBytes);
        writer.AddFingerprint();
        return writer.Length;
    }

    private void Select(NetworkPath path, bool isNominated)
    {
        Selected = path;
        IsNominated |= isNominated;
        if (isNominated) _before = null;
    }

    private NetworkPath? Remember(NetworkPath path)
    {
        if (_paths.Contains(path)) return null;
        NetworkPath? evicted = null;
        if (_paths.Count == MaximumPaths)
        {
            foreach (NetworkPath other in _paths)
            {
                if (other != Selected && (evicted is null || other.CheckedAt < evicted.CheckedAt)) evicted = other;
            }

            _paths.Remove(evicted!);
        }

        _paths.Add(path);
        return evicted;
    }
}
