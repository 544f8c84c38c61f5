using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace GlmApiEmulator;

/// <summary>Checks what a request is authorised by: a key of two parts, or a token of three that is signed with the emulator's own.</summary>
internal static class EmulatedKeys
{
    /// <summary>Numbers below are seconds, numbers above milliseconds: clients of the API send either.</summary>
    private const long LastSeconds = 100_000_000_000;

    /// <returns>The error's code, or <see langword="null"/> where all is well.</returns>
    public static string? Fault(string? authorization, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(authorization)) return "1001";
        string token = authorization.StartsWith("Bearer ", StringComparison.Ordinal) ? authorization["Bearer ".Length..] : authorization;
        string[] parts = token.Split('.');
        if (parts.Any(string.IsNullOrEmpty)) return "1000";
        return parts.Length switch
        {
            2 => null,
            3 => TokenFault(parts, now),
            _ => "1000",
        };
    }

    private static string? TokenFault(string[] parts, DateTimeOffset now)
    {
        byte[] secret = Encoding.UTF8.GetBytes(GlmEmulator.ApiKey.Split('.')[1]);
        string signature = Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}")));
        if (signature != parts[2]) return "1002";
        try
        {
            using JsonDocument claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            long expiry = claims.RootElement.GetProperty("exp").GetInt64();
            DateTimeOffset end = expiry < LastSeconds ? DateTimeOffset.FromUnixTimeSeconds(expiry) : DateTimeOffset.FromUnixTimeMilliseconds(expiry);
            return end < now ? "1003" : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return "1002";
        }
    }
}
