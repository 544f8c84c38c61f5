namespace VoiceGlm.Checkpoints;

/// <summary>Cosines and sines of the rotary embedding, one row per position.</summary>
/// <remarks>
/// glm-4-voice-9b modeling_chatglm.py RotaryEmbedding: frequencies and angles are rounded to 32 bits there, so they are here;
/// at position 8,000 the difference to exact angles is some 1e-4.
/// </remarks>
internal static class RotaryTable
{
    /// <summary>Computes the table.</summary>
    /// <param name="positions">Rows.</param>
    /// <param name="rotaryWidth">Rotated values of a head; a row has half as many.</param>
    /// <param name="ropeBase">Base of the frequencies.</param>
    /// <param name="function"><see cref="Math.Cos"/> or <see cref="Math.Sin"/>.</param>
    public static float[] Compute(int positions, int rotaryWidth, double ropeBase, Func<double, double> function)
    {
        int pairs = rotaryWidth / 2;
        var table = new float[positions * pairs];
        for (int pair = 0; pair < pairs; pair++)
        {
            float frequency = 1f / (float)Math.Pow(ropeBase, 2.0 * pair / rotaryWidth);
            for (int position = 0; position < positions; position++)
            {
                table[(position * pairs) + pair] = (float)function(position * frequency);
            }
        }

        return table;
    }
}
