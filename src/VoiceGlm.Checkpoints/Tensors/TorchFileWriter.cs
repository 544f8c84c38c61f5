using System.Globalization;

namespace VoiceGlm.Checkpoints;

/// <summary>Writes a state dict as <c>torch.save</c> does: a zip of a pickle and one stored entry per tensor. Stateless.</summary>
/// <remarks>
/// PyTorch torch/serialization.py and caffe2/serialize/inline_container.cc: entries <c>NAME/data.pkl</c>, <c>NAME/data/0</c>…,
/// <c>NAME/version</c>; bytes of each start at a multiple of 64.
/// </remarks>
public static class TorchFileWriter
{
    /// <summary>Writes one file of 32-bit floats.</summary>
    /// <param name="path">The file; an existing one is replaced. Its name without extension names the archive inside.</param>
    /// <param name="tensors">The tensors, in the order of the state dict.</param>
    /// <param name="written">Told the number of tensor bytes written, after each piece.</param>
    /// <param name="cancellationToken">Ends the writing between two pieces; the file is then incomplete.</param>
    /// <exception cref="IOException">The disk is full, or the file cannot be written.</exception>
    /// <exception cref="NotSupportedException">The file would be larger than 4 GB.</exception>
    public static void Write(
        string path,
        IReadOnlyList<CheckpointTensor> tensors,
        Action<long>? written = null,
        CancellationToken cancellationToken = default)
    {
        string archive = Path.GetFileNameWithoutExtension(path);
        var encoder = new TensorEncoder(StoredElementType.F32);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var zip = new StoredZipWriter(stream);
        zip.Begin($"{archive}/data.pkl");
        zip.Append(StateDictPickle.Write(tensors));
        for (int i = 0; i < tensors.Count; i++)
        {
            zip.Begin(string.Create(CultureInfo.InvariantCulture, $"{archive}/data/{i}"));
            encoder.Write(tensors[i], zip.Entry, bytes => written?.Invoke(bytes.Length), cancellationToken);
        }

        zip.Begin($"{archive}/version");
        zip.Append("3\n"u8);
        zip.Complete();
    }
}
