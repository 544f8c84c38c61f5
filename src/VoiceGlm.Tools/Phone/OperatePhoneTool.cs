using System.Runtime.CompilerServices;
using VoiceGlm.Tools.Glm;
using VoiceGlm.Tools.Results;

namespace VoiceGlm.Tools.Phone;

/// <summary><c>operate_phone(task)</c>: does something on a phone step by step, by AutoGLM, while the conversation goes on.</summary>
internal sealed class OperatePhoneTool(GlmClient client, IPhoneDevice device, ResultStore results, TimeProvider time) : ITool
{
    private readonly ConditionalWeakTable<IToolSession, CancellationTokenSource> _running = [];
    private int _isBusy;

    /// <inheritdoc/>
    public string Name => "operate_phone";

    /// <inheritdoc/>
    public string Description => "Does something on the user's phone: opens apps, searches, writes, orders. It asks before anything that costs.";

    /// <inheritdoc/>
    public string Parameters => """{"type":"object","properties":{"task":{"type":"string","description":"What is to be done, with the name of the app if there is one; or stop."}},"required":["task"]}""";

    /// <inheritdoc/>
    public IReadOnlyList<string> TriggerPhrases => ["on my phone", "操作手机", "在手机上", "打开微信", "帮我在"];

    /// <inheritdoc/>
    public bool IsAvailable => client.Has(GlmRole.Phone);

    /// <inheritdoc/>
    public ValueTask<ToolAnswer> RunAsync(ToolRun run, CancellationToken cancellationToken)
    {
        string task = run.Call.Words("task", "question", "prompt");
        if (task.Trim('.', '。', '!', '！', ' ').ToLowerInvariant() is "stop" or "cancel" or "停" or "停止" or "取消") return new(Stop(run));
        if (task.Length == 0) return new(new ToolAnswer(run.Say("What shall I do on the phone?", "要在手机上做什么？")));
        if (Interlocked.Exchange(ref _isBusy, 1) == 1) return new(new ToolAnswer(run.Say("The phone is in use. Please wait until that is done.", "手机正在用，请等一下。")));
        // Not the turn's: it goes on while one talks of something else.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(run.Session.Ended);
        _running.AddOrUpdate(run.Session, stop);
        _ = WorkAsync(run, task, stop.Token);
        return new(new ToolAnswer(run.Say("I am on it. I tell you when it is done.", "好，我来操作，做完告诉你。")));
    }

    private ToolAnswer Stop(ToolRun run)
    {
        if (!_running.TryGetValue(run.Session, out CancellationTokenSource? stop)) return new ToolAnswer(run.Say("I am not doing anything on the phone.", "手机上没有正在做的事。"));
        _running.Remove(run.Session);
        stop.Cancel();
        return new ToolAnswer(run.Say("I stopped.", "已经停下了。"));
    }

    private async Task WorkAsync(ToolRun run, string task, CancellationToken cancellationToken)
    {
        await Task.Yield();
        string spoken;
        try
        {
            spoken = await new PhoneTask(client, device, results, time, run, task).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (GlmException failed)
        {
            ToolAnswer sorry = GlmFailure.Tell(failed.Error, run);
            spoken = sorry.Spoken;
        }
#pragma warning disable CA1031 // Nobody waits for this task: what it throws is told.
        catch (Exception)
#pragma warning restore CA1031
        {
            spoken = run.Say("I am sorry, that did not work.", "抱歉，没有成功。");
        }
        finally
        {
            _running.Remove(run.Session);
            Volatile.Write(ref _isBusy, 0);
        }

        run.Session.Announce(spoken);
    }
}
