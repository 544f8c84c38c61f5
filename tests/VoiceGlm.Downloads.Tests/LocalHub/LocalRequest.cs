namespace VoiceGlm.Downloads.Tests;

/// <summary>A request that a <see cref="LocalHub"/> got.</summary>
/// <param name="Number">How many requests for the same thing at the same place came before.</param>
/// <param name="AtStore">Whether it came to the store, on a port of its own, rather than to the hub.</param>
/// <param name="File">The file that is asked for, or <see langword="null"/> for a listing.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Start">First byte of the range that is asked for, or <see langword="null"/> for all.</param>
/// <param name="End">The byte behind the range.</param>
/// <param name="Token">The token that was told.</param>
internal sealed record LocalRequest(int Number, bool AtStore, string? File, string Path, long? Start, long? End, string? Token);

/// <summary>What a <see cref="LocalHub"/> does instead of what it should.</summary>
internal abstract record Misbehaviour
{
    /// <summary>Sends some bytes of the body and cuts the connection.</summary>
    public sealed record Cut(int AfterBytes) : Misbehaviour;

    /// <summary>Sends some bytes of the body and no more, until the other side goes away.</summary>
    public sealed record Hang(int AfterBytes) : Misbehaviour;

    /// <summary>Announces a longer body than it sends, or a shorter one and sends that.</summary>
    public sealed record Lie(int MoreBytes) : Misbehaviour;

    /// <summary>Says that the file is longer than it is.</summary>
    public sealed record OtherTotal(int MoreBytes) : Misbehaviour;

    /// <summary>Sends another range than the one that was asked for.</summary>
    public sealed record OtherRange(int Later) : Misbehaviour;

    /// <summary>Sends the whole file, whatever was asked for.</summary>
    public sealed record Whole : Misbehaviour;

    /// <summary>Changes a byte in the middle of the body.</summary>
    public sealed record Damage : Misbehaviour;

    /// <summary>Calls the contents something else.</summary>
    public sealed record Tag(string Value) : Misbehaviour;

    /// <summary>Tells another digest of the file that it leads to.</summary>
    public sealed record OtherLinked(string Digest) : Misbehaviour;

    /// <summary>Leads elsewhere.</summary>
    public sealed record Lead(string Location) : Misbehaviour;

    /// <summary>Answers with a status, headers and a body.</summary>
    public sealed record Answer(int Status, string Body = "", params (string Name, string Value)[] Headers) : Misbehaviour;
}
