namespace VoiceGlm.TurnDetection.Echo;

/// <summary>The bands that speech is compared in: 16 from 125 Hz to 4.7 kHz, narrow below and wide above, as the ear's are.</summary>
internal static class Bands
{
    public const int Count = 16;

    private static readonly int[] s_edges = [4, 7, 10, 13, 17, 21, 26, 31, 37, 44, 52, 62, 74, 88, 105, 125, 150];

    /// <summary>The bins of a band.</summary>
    public static Range BinsOf(int band) => s_edges[band]..s_edges[band + 1];

    /// <summary>The bins of a band and, of the outermost, those beyond: every bin is in one.</summary>
    public static Range AllBinsOf(int band) =>
        (band == 0 ? 0 : s_edges[band])..(band == Count - 1 ? ShortTimeSpectrum.BinCount : s_edges[band + 1]);
}
