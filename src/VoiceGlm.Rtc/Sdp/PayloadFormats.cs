namespace VoiceGlm.Rtc;

/// <summary>The formats that a section names, most wanted first.</summary>
internal static class PayloadFormats
{
    /// <summary>Reads them; payload types that mean nothing are left out.</summary>
    public static List<PayloadFormat> Read(MediaDescription media)
    {
        Dictionary<byte, AudioFormat> maps = [];
        foreach (string value in media.All("rtpmap"))
        {
            if (TrySplit(value, out byte payloadType, out string? rest) && ReadMap(rest) is { } format) maps[payloadType] = format;
        }

        foreach (string value in media.All("fmtp"))
        {
            if (TrySplit(value, out byte payloadType, out string? rest) && maps.TryGetValue(payloadType, out AudioFormat? format))
                maps[payloadType] = format with { Parameters = rest };
        }

        var formats = new List<PayloadFormat>();
        foreach (string word in media.Formats)
        {
            if (!byte.TryParse(word, out byte payloadType) || payloadType > 127) continue;
            if ((maps.GetValueOrDefault(payloadType) ?? AudioFormat.OfStatic(payloadType)) is { } format)
                formats.Add(new PayloadFormat(payloadType, format));
        }

        return formats;
    }

    // <encoding name>/<clock rate>[/<channels>]
    private static AudioFormat? ReadMap(string value)
    {
        string[] parts = value.Split('/');
        if (parts.Length is < 2 or > 3 || parts[0].Length == 0 || !int.TryParse(parts[1], out int rate) || rate <= 0) return null;
        int channels = 1;
        return parts.Length == 3 && (!int.TryParse(parts[2], out channels) || channels is < 1 or > 255) ? null : new AudioFormat(parts[0], rate, channels);
    }

    private static bool TrySplit(string value, out byte payloadType, out string rest)
    {
        int space = value.IndexOf(' ');
        rest = space < 0 ? "" : value[(space + 1)..].Trim();
        payloadType = 0;
        return space > 0 && byte.TryParse(value.AsSpan(0, space), out payloadType) && payloadType < 128;
    }
}
