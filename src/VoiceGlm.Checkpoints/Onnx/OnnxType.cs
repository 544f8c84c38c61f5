namespace VoiceGlm.Checkpoints.Onnx;

/// <summary>Element types, numbered as <c>TensorProto.DataType</c> in onnx.proto.</summary>
internal enum OnnxType
{
    /// <summary>32-bit float.</summary>
    Float = 1,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 2,

    /// <summary>32-bit integer.</summary>
    Int32 = 6,

    /// <summary>64-bit integer.</summary>
    Int64 = 7,

    /// <summary>Truth value.</summary>
    Bool = 9,

    /// <summary>16-bit float.</summary>
    Float16 = 10,

    /// <summary>The upper half of a 32-bit float.</summary>
    BFloat16 = 16,
}
