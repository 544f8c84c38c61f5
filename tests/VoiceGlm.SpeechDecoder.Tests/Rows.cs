namespace VoiceGlm.SpeechDecoder.Tests;

/// <summary>Golden spectrograms lie bin by bin, the decoder's frame by frame.</summary>
internal static class Rows
{
    /// <summary>Turns [rows, columns] into [columns, rows].</summary>
    public static float[] Transpose(ReadOnlySpan<float> matrix, int columns)
    {
        int rows = matrix.Length / columns;
        var turned = new float[matrix.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++) turned[(column * rows) + row] = matrix[(row * columns) + column];
        }

        return turned;
    }
}
