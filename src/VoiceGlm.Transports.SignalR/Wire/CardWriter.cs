using MessagePack;

namespace VoiceGlm.Transports.SignalR;

/// <summary>Writes a <see cref="Card"/>: its kind, and a map of what it shows.</summary>
internal static class CardWriter
{
    // What all cards have.
    private const int Common = 2;

    /// <summary>Writes two elements: the kind and the map.</summary>
    public static void Write(ref MessagePackWriter writer, Card card)
    {
        switch (card)
        {
            case Card.Text text:
                Begin(ref writer, "text", card, 2);
                Member(ref writer, "markdown", text.Markdown);
                writer.Write("citations");
                writer.WriteArrayHeader(text.Citations.Count);
                foreach (Citation citation in text.Citations)
                {
                    writer.WriteMapHeader(2);
                    Member(ref writer, "title", citation.Title);
                    Member(ref writer, "url", citation.Url);
                }

                break;
            case Card.Picture picture:
                Begin(ref writer, "picture", card, 2);
                Member(ref writer, "prompt", picture.Prompt);
                Member(ref writer, "url", picture.Url);
                break;
            case Card.Look look:
                Begin(ref writer, "look", card, 3);
                Member(ref writer, "markdown", look.Markdown);
                Member(ref writer, "imageUrl", look.ImageUrl);
                writer.Write("boxes");
                writer.WriteArrayHeader(look.Boxes.Count);
                foreach (Box box in look.Boxes)
                {
                    writer.WriteMapHeader(5);
                    Member(ref writer, "left", box.Left);
                    Member(ref writer, "top", box.Top);
                    Member(ref writer, "right", box.Right);
                    Member(ref writer, "bottom", box.Bottom);
                    Member(ref writer, "label", box.Label);
                }

                break;
            case Card.Code code:
                Begin(ref writer, "code", card, 3);
                Member(ref writer, "language", code.Language);
                writer.Write("candidates");
                writer.WriteArrayHeader(code.Candidates.Count);
                foreach (string candidate in code.Candidates) writer.Write(candidate);
                Member(ref writer, "explanation", code.Explanation);
                break;
            case Card.Reasoning reasoning:
                Begin(ref writer, "reasoning", card, 3);
                Member(ref writer, "thoughts", reasoning.Thoughts);
                Member(ref writer, "answer", reasoning.Answer);
                Member(ref writer, "elapsed", reasoning.Elapsed.TotalMilliseconds);
                break;
            case Card.Video video:
                Begin(ref writer, "video", card, 5);
                Member(ref writer, "jobId", video.JobId);
                Member(ref writer, "state", Word(video.State));
                Member(ref writer, "elapsed", video.Elapsed.TotalMilliseconds);
                Member(ref writer, "url", video.Url);
                Member(ref writer, "posterUrl", video.PosterUrl);
                break;
            case Card.Phone phone:
                Begin(ref writer, "phone", card, 3);
                writer.Write("steps");
                writer.WriteArrayHeader(phone.Steps.Count);
                foreach (PhoneStep step in phone.Steps)
                {
                    writer.WriteMapHeader(3);
                    Member(ref writer, "action", step.Action);
                    Member(ref writer, "thought", step.Thought);
                    Member(ref writer, "screenUrl", step.ScreenUrl);
                }

                Member(ref writer, "question", phone.Question);
                writer.Write("isDone");
                writer.Write(phone.IsDone);
                break;
            case Card.Blanks blanks:
                Begin(ref writer, "blanks", card, 2);
                writer.Write("parts");
                writer.WriteArrayHeader(blanks.Parts.Count);
                foreach (BlankPart part in blanks.Parts)
                {
                    writer.WriteMapHeader(2);
                    Member(ref writer, "text", part.Text);
                    writer.Write("isFill");
                    writer.Write(part.IsFill);
                }

                writer.Write("isEmulated");
                writer.Write(blanks.IsEmulated);
                break;
            case Card.Notice notice:
                Begin(ref writer, "notice", card, 1);
                Member(ref writer, "message", notice.Message);
                break;
            default:
                throw new InvalidOperationException($"{card.GetType().Name} has no place in the protocol.");
        }
    }

    private static void Begin(ref MessagePackWriter writer, string kind, Card card, int members)
    {
        writer.Write(kind);
        writer.WriteMapHeader(Common + members);
        Member(ref writer, "title", card.Title);
        Member(ref writer, "source", card.Source);
    }

    private static void Member(ref MessagePackWriter writer, string name, string? value)
    {
        writer.Write(name);
        writer.Write(value);
    }

    private static void Member(ref MessagePackWriter writer, string name, double value)
    {
        writer.Write(name);
        writer.Write(value);
    }

    private static string Word(JobState state) => state switch
    {
        JobState.Running => "running",
        JobState.Succeeded => "succeeded",
        JobState.Cancelled => "cancelled",
        _ => "failed",
    };
}
