using System.Globalization;

namespace GlmApiEmulator;

/// <summary><c>/files</c>: the pictures and films that addresses lead to, and files that nobody should want.</summary>
internal static class FileEndpoint
{
    private const int HugeBlocks = 4096;

    /// <summary>Answers.</summary>
    public static async Task AnswerAsync(HttpContext context, string name)
    {
        switch (name)
        {
            case "picture.png":
                string[] sides = context.Request.Query["size"].ToString().Split('x');
                await WriteAsync(context, "image/png", EmulatedPicture.Draw(context.Request.Query["prompt"].ToString(), Side(sides, 0), Side(sides, 1)));
                break;
            case "cover.png":
                await WriteAsync(context, "image/png", EmulatedPicture.Draw(context.Request.Query["prompt"].ToString(), EmulatedVideo.Width, EmulatedVideo.Height));
                break;
            case "video.mp4":
                await WriteAsync(context, "video/mp4", EmulatedVideo.Film());
                break;
            case "huge.png":
                // 256 MB, and no word of it before.
                context.Response.ContentType = "image/png";
                await context.Response.Body.WriteAsync(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }, context.RequestAborted);
                for (int i = 0; i < HugeBlocks && !context.RequestAborted.IsCancellationRequested; i++) await context.Response.Body.WriteAsync(new byte[65_536], context.RequestAborted);
                break;
            case "page.png":
                await WriteAsync(context, "text/html", "<script>alert(1)</script>"u8.ToArray());
                break;
            case "redirect.png":
                context.Response.Redirect(context.Request.Query["to"].ToString() is { Length: > 0 } to ? to : "http://169.254.169.254/latest/meta-data/");
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    private static int Side(string[] sides, int index) =>
        sides.Length == 2 && int.TryParse(sides[index], NumberStyles.None, CultureInfo.InvariantCulture, out int side) ? Math.Clamp(side, 16, 2048) : 512;

    private static async Task WriteAsync(HttpContext context, string type, byte[] content)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }
}
