using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests;

/// <summary>Opens damaged files and judges what comes of it.</summary>
internal static class Mutations
{
    // Far above what the small files of these tests need, far below what a believed length would ask for.
    private const long MaxAllocatedBytes = 1 << 23;

    /// <summary>
    /// Opens a damaged copy of a file and reads it whole. Either it is refused as a <see cref="ModelLoadException"/>, or the tensors that still
    /// have their names, types and shapes have their values. Anything else fails the test, a large allocation too.
    /// </summary>
    /// <param name="damaged">The copy's bytes.</param>
    /// <param name="path">Where to write the copy.</param>
    /// <param name="original">The values by tensor, or null where the damage may be in the values.</param>
    /// <param name="place">Names the damage in a failure.</param>
    /// <returns>Whether it was refused.</returns>
    public static bool IsRefused(ReadOnlySpan<byte> damaged, string path, IReadOnlyDictionary<TensorInfo, float[]>? original, string place)
    {
        File.WriteAllBytes(path, damaged);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using TensorSource source = TensorSource.OpenFile(path);
            foreach (TensorInfo info in source.Tensors.Values)
            {
                float[] values = Read(source, info);
                if (original?.FirstOrDefault(pair => Same(pair.Key, info)).Value is { } expected) Close.Equal(expected, values, 0);
            }

            return false;
        }
        catch (ModelLoadException)
        {
            return true;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Damage {place}: {exception.Message}", exception);
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        }
    }

    /// <summary>The values of every tensor of a file.</summary>
    public static Dictionary<TensorInfo, float[]> ReadAll(string path)
    {
        using TensorSource source = TensorSource.OpenFile(path);
        return source.Tensors.Values.ToDictionary(static info => info, info => Read(source, info));
    }

    // A view that repeats its elements may be large though its file is small: 100,000 elements are enough to judge.
    private static float[] Read(TensorSource source, TensorInfo info)
    {
        var values = new float[Math.Min(info.Count, 100_000)];
        source.Read(info.Name, 0, values);
        return values;
    }

    private static bool Same(TensorInfo left, TensorInfo right) =>
        left.Name == right.Name && left.ElementType == right.ElementType && left.Shape.SequenceEqual(right.Shape);
}
