namespace VoiceGlm.Checkpoints;

/// <summary>A leaf of a configuration file.</summary>
/// <param name="Text">As it is written, without quotes.</param>
/// <param name="Kind">What it can be.</param>
internal sealed record ConfigScalar(string Text, ConfigScalar.Kinds Kind)
{
    /// <summary>What a leaf can be.</summary>
    public enum Kinds
    {
        /// <summary>A string.</summary>
        Quoted,

        /// <summary>A number, <c>true</c> or <c>false</c> of JSON.</summary>
        Literal,

        /// <summary>A plain word of YAML, which is whatever its reader takes it for: PyYAML takes <c>1e-06</c> for a string.</summary>
        Plain,
    }
}

/// <summary>hyperpyyaml's <c>!ref &lt;key&gt;</c>: the value of a top-level key.</summary>
internal sealed record ConfigReference(string Key);
