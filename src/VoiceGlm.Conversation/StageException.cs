namespace VoiceGlm.Conversation;

/// <summary>A stage of a turn failed; carries which, from where it is known to where it is told.</summary>
internal sealed class StageException(VoiceStage stage, Exception innerException)
    : Exception($"{stage}: {innerException.Message}", innerException)
{
    public VoiceStage Stage => stage;

    /// <summary>Runs a step of a stage; what it throws is marked with the stage, except cancellation.</summary>
    public static async ValueTask<T> MarkAsync<T>(VoiceStage stage, Func<ValueTask<T>> step)
    {
        try
        {
            return await step().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not StageException)
        {
            throw new StageException(stage, exception);
        }
    }

    /// <summary>As the other, for a step without a result.</summary>
    public static async ValueTask MarkAsync(VoiceStage stage, Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not StageException)
        {
            throw new StageException(stage, exception);
        }
    }
}
