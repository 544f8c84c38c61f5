using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace VoiceGlm.Testing;

/// <summary>An array that numpy has saved (format 1.0, C order, little endian), as golden vectors are.</summary>
/// <typeparam name="T">The element type that the file must have.</typeparam>
public sealed record Npy<T>(T[] Values, int[] Shape)
    where T : unmanaged;

/// <summary>Reads numpy files.</summary>
public static partial class Npy
{
    /// <summary>Reads a file of the fixtures.</summary>
    /// <exception cref="FormatException">The file holds another element type, or is no numpy file.</exception>
    public static Npy<T> Read<T>(params ReadOnlySpan<string> parts)
        where T : unmanaged
    {
        string path = Repository.Fixture(parts);
        byte[] bytes = File.ReadAllBytes(path);
        int headerLength = BitConverter.ToUInt16(bytes, 8);
        string header = Encoding.ASCII.GetString(bytes, 10, headerLength);
        string expected = default(T) switch
        {
            float => "<f4",
            double => "<f8",
            int => "<i4",
            long => "<i8",
            short => "<i2",
            bool => "|b1",
            byte => "|u1",
            _ => throw new NotSupportedException(typeof(T).Name),
        };
        string found = DescriptionPattern().Match(header).Groups[1].Value;
        if (found != expected) throw new FormatException($"{path}: expected element type {expected}, found {found}.");
        int[] shape = ShapePattern().Match(header).Groups[1].Value
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(static length => int.Parse(length, CultureInfo.InvariantCulture)).ToArray();
        return new Npy<T>(MemoryMarshal.Cast<byte, T>(bytes.AsSpan(10 + headerLength)).ToArray(), shape);
    }

    [GeneratedRegex("'descr': '([^']*)'")]
    private static partial Regex DescriptionPattern();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
