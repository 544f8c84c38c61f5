using System.Text.Json;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Results;

namespace VoiceGlm.Tools.Phone;

/// <summary>One task on a phone: look, ask the model, act, until it is done. Nothing that costs or tells is touched without the user.</summary>
internal sealed class PhoneTask(GlmClient client, IPhoneDevice device, ResultStore results, TimeProvider time, ToolRun run, string task)
{
    /// <summary>Steps at most.</summary>
    public const int MaxSteps = 100;

    // So often the same in a row is a model that goes in circles.
    private const int MaxSame = 3;

    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_answerTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_takeOverTime = TimeSpan.FromMinutes(2);

    private readonly List<PhoneStep> _steps = [];
    private readonly List<ChatMessage> _messages = [];
    private PhoneAction? _before;
    private int _same;

    /// <summary>Does it.</summary>
    /// <returns>What came of it, to be said.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await LoopAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (GlmException)
        {
            await ShowAsync(null, isDone: true, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<string> LoopAsync(CancellationToken cancellationToken)
    {
        _messages.Add(ChatMessage.System(PhonePrompt.System(run.IsChinese, time.GetLocalNow())));
        string told = task;
        bool wasAskedAgain = false;
        for (int step = 0; step < MaxSteps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PhoneScreen screen = await device.LookAsync(cancellationToken).ConfigureAwait(false);
            string url = ToolResults.PathOf(await results.KeepAsync("image/png", screen.Png, cancellationToken).ConfigureAwait(false));
            string content = await AskAsync(told, screen, cancellationToken).ConfigureAwait(false);
            PhoneReply reply = PhoneReply.Parse(content);
            if (reply.Action is not { } action)
            {
                // Once more, told what is wrong: a guess is no success.
                if (wasAskedAgain) return await EndAsync(run.Say("I lost my way on the phone.", "我在手机上不知道怎么继续了。"), cancellationToken).ConfigureAwait(false);
                wasAskedAgain = true;
                told = reply.Fault!;
                continue;
            }

            wasAskedAgain = false;
            _steps.Add(new PhoneStep(action.Describe(), reply.Thought, url));
            await ShowAsync(null, isDone: false, cancellationToken).ConfigureAwait(false);
            if (action is PhoneAction.Finish finish) return await EndAsync(SpokenForm.Of(finish.Message), cancellationToken).ConfigureAwait(false);
            _same = action == _before ? _same + 1 : 1;
            _before = action;
            if (_same >= MaxSame && action is not PhoneAction.Swipe and not PhoneAction.Wait)
                return await EndAsync(run.Say("I am going in circles on the phone, so I stopped.", "我在手机上一直重复，所以停下了。"), cancellationToken).ConfigureAwait(false);
            if (await ActAsync(action, screen, cancellationToken).ConfigureAwait(false) is not { } next) return await EndAsync(run.Say("I stopped, as you did not allow it.", "没有得到您的同意，我停下了。"), cancellationToken).ConfigureAwait(false);
            told = next;
        }

        return await EndAsync(run.Say("That takes too many steps on the phone, so I stopped.", "手机上的步骤太多，我停下了。"), cancellationToken).ConfigureAwait(false);
    }

    // What the model is told of it; null where the user does not want it.
    private async Task<string?> ActAsync(PhoneAction action, PhoneScreen screen, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case PhoneAction.Tap { Sensitive: { } what }:
                if (!await AllowAsync(run.Say($"May I do this on the phone: {what}?", $"可以在手机上这样做吗：{what}？"), s_answerTime, cancellationToken).ConfigureAwait(false)) return null;
                break;
            // Whatever is touched where nothing can be seen has to be allowed.
            case PhoneAction.Tap or PhoneAction.Type when screen.IsHidden:
                if (!await AllowAsync(run.Say($"The app hides its screen. May I go on in {screen.App}?", $"{screen.App} 不让看屏幕，可以继续吗？"), s_answerTime, cancellationToken).ConfigureAwait(false)) return null;
                break;
            case PhoneAction.TakeOver takeOver:
                return await AllowAsync(run.Say($"Please do this on the phone, then say go on: {takeOver.Message}", $"请您在手机上完成，然后说继续：{takeOver.Message}"), s_takeOverTime, cancellationToken).ConfigureAwait(false)
                    ? "The user has done it." : null;
            case PhoneAction.Interact interact:
                return await AllowAsync(run.Say($"Shall I go on? {interact.Message}", $"要继续吗？{interact.Message}"), s_answerTime, cancellationToken).ConfigureAwait(false) ? "The user says yes." : null;
            case PhoneAction.Note:
                return "It is noted.";
            case PhoneAction.Wait wait:
                await Task.Delay(wait.Duration, time, cancellationToken).ConfigureAwait(false);
                return "";
        }

        string? fault = await device.DoAsync(action, cancellationToken).ConfigureAwait(false);
        await Task.Delay(s_settle, time, cancellationToken).ConfigureAwait(false);
        return fault ?? "";
    }

    private async Task<bool> AllowAsync(string question, TimeSpan answerTime, CancellationToken cancellationToken)
    {
        await ShowAsync(question, isDone: false, cancellationToken).ConfigureAwait(false);
        run.Session.Announce(SpokenForm.Of(question));
        bool isAllowed = await run.Session.AskAsync(run.CardId, answerTime, cancellationToken).ConfigureAwait(false);
        await ShowAsync(null, isDone: false, cancellationToken).ConfigureAwait(false);
        return isAllowed;
    }

    private async Task<string> AskAsync(string told, PhoneScreen screen, CancellationToken cancellationToken)
    {
        string info = $"{told}\n\n** Screen Info **\n\n{{\"current_app\": \"{JsonEncodedText.Encode(screen.App)}\"}}".TrimStart();
        var request = new ChatRequest([.. _messages, ChatMessage.User(client.ImageUrl("image/png", screen.Png.Span), info)])
        {
            Temperature = 0,
            TopP = 0.85,
            MaxTokens = 3000,
            FrequencyPenalty = 0.2,
        };
        ChatReply reply = new();
        await foreach (ChatPart part in client.StreamAsync(GlmCall.Chat(GlmRole.Phone), request, cancellationToken).ConfigureAwait(false))
        {
            if (part is ChatPart.End end) reply = end.Reply;
        }

        // Its screens are not kept: the next look shows what counts.
        _messages.Add(ChatMessage.User(info));
        _messages.Add(ChatMessage.Assistant($"<think>{reply.Thoughts}</think><answer>{reply.Text}</answer>"));
        return reply.Thoughts.Length > 0 ? $"<think>{reply.Thoughts}</think><answer>{reply.Text}" : reply.Text;
    }

    private async Task<string> EndAsync(string spoken, CancellationToken cancellationToken)
    {
        await ShowAsync(null, isDone: true, cancellationToken).ConfigureAwait(false);
        return spoken.Length > 0 ? spoken : run.Say("It is done.", "做好了。");
    }

    private ValueTask ShowAsync(string? question, bool isDone, CancellationToken cancellationToken) =>
        run.ShowAsync(new Card.Phone(task, [.. _steps], question, isDone) { Source = $"{client.Provider!.Name}, {device.Name}" }, cancellationToken);
}
