namespace VoiceGlm.SpeechDecoder;

/// <summary>The flow computes spectrograms frame by frame, the vocoder reads them bin by bin.</summary>
internal static class Mel
{
    /// <summary>Turns a matrix of <paramref name="rows"/> rows over: [rows, columns] becomes [columns, rows].</summary>
    public static float[] Transpose(ReadOnlySpan<float> matrix, int rows)
    {
        var turned = new float[matrix.Length];
        int columns = rows == 0 ? 0 : matrix.Length / rows;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++) turned[(column * rows) + row] = matrix[(row * columns) + column];
        }

        return turned;
    }
}
