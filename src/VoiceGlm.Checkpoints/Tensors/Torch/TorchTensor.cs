namespace VoiceGlm.Checkpoints;

/// <summary>Elements that tensors of a torch file view.</summary>
/// <param name="Key">Names the storage in the file.</param>
/// <param name="ElementType">In safetensors' spelling.</param>
/// <param name="Count">Number of elements.</param>
internal sealed record TorchStorage(string Key, string ElementType, long Count);

/// <summary>A tensor of a torch file, as its pickle describes it.</summary>
/// <param name="Storage">What it views.</param>
/// <param name="Offset">Element of the storage at which it begins.</param>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="Strides">Elements of the storage from one index to the next, for each dimension.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
