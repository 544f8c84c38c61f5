using Microsoft.AspNetCore.Http;

namespace VoiceGlm.Downloads.Tests;

/// <summary>The bytes of a file, or of a range of it, as a <see cref="LocalHub"/> sends them.</summary>
internal static class LocalBody
{
    private const int PieceBytes = 8192;

    public static async Task SendAsync(HttpContext context, byte[] file, LocalRequest request, Misbehaviour? misbehaviour, Action<int> sent)
    {
        HttpResponse response = context.Response;
        bool part = request.Start is not null && misbehaviour is not Misbehaviour.Whole;
        int later = (misbehaviour as Misbehaviour.OtherRange)?.Later ?? 0;
        int start = part ? (int)request.Start!.Value + later : 0;
        int end = part ? Math.Min(file.Length, (int)(request.End ?? file.Length) + later) : file.Length;
        byte[] body = file[start..end];
        if (misbehaviour is Misbehaviour.Damage) body[body.Length / 2] ^= 1;
        int announced = body.Length + ((misbehaviour as Misbehaviour.Lie)?.MoreBytes ?? 0);
        if (announced < body.Length) body = body[..announced];
        int total = file.Length + ((misbehaviour as Misbehaviour.OtherTotal)?.MoreBytes ?? 0);
        response.ContentLength = announced;
        response.Headers.ETag = misbehaviour is Misbehaviour.Tag tag ? tag.Value : $"\"{LocalRepository.Sha256(file)}\"";
        if (part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {start}-{end - 1}/{total}";
        }

        int most = misbehaviour switch
        {
            Misbehaviour.Cut cut => cut.AfterBytes,
            Misbehaviour.Hang hang => hang.AfterBytes,
            _ => body.Length,
        };
        for (int position = 0; position < Math.Min(most, body.Length); position += PieceBytes)
        {
            int count = Math.Min(PieceBytes, Math.Min(most, body.Length) - position);
            // Counted first: who has the last byte may ask at once how many there were.
            sent(count);
            await response.Body.WriteAsync(body.AsMemory(position, count), context.RequestAborted);
        }

        await response.Body.FlushAsync(context.RequestAborted);
        // Kestrel cuts the connection where fewer bytes come than were announced.
        if (misbehaviour is Misbehaviour.Hang) await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
    }
}
