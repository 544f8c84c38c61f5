namespace VoiceGlm.Audio;

/// <summary>The numbers that ITU-T G.722 gives as tables.</summary>
internal static class G722Tables
{
    /// <summary>Decision levels of the low band's 60 intervals, of one sign (table 14, Q6).</summary>
    public static readonly short[] LowDecisions =
    [
        35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765,
        1980, 2195, 2557, 2919,
    ];

    /// <summary>Values of the low band's 6-bit codewords (QM6).</summary>
    public static readonly short[] LowValues6 =
    [
        -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
        -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
        24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
        4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
    ];

    /// <summary>Values of the low band's codewords without their last two bits, which the predictor learns from (QM4).</summary>
    public static readonly short[] LowValues4 =
        [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];

    /// <summary>Values of the high band's codewords (QM2).</summary>
    public static readonly short[] HighValues = [-7408, -1616, 7408, 1616];

    /// <summary>How the low band's step changes after a codeword without its last two bits (WL of RL42).</summary>
    public static readonly short[] LowStepChanges =
        [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60];

    /// <summary>How the high band's step changes after a codeword (WH of RH2).</summary>
    public static readonly short[] HighStepChanges = [798, -214, 798, -214];

    /// <summary>Makes the band up to 4 kHz.</summary>
    public static G722Band LowBand() => new(smallestStep: 32, largestLogStep: 18432, logStepShift: 8);

    /// <summary>Makes the band from 4 to 8 kHz.</summary>
    public static G722Band HighBand() => new(smallestStep: 8, largestLogStep: 22528, logStepShift: 10);
}
