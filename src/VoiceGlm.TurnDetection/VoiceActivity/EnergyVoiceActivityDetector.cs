namespace VoiceGlm.TurnDetection;

/// <summary>Takes for speech what is louder than the noise and not steady. For where the network is absent. Not thread-safe.</summary>
/// <remarks>
/// The floor falls to a quieter window at once and rises slowly, so that the pauses between words hold it down; where the level hardly
/// changes from window to window for a second (a fan, a tone) it rises fast, as speech is never steady that long.
/// </remarks>
public sealed class EnergyVoiceActivityDetector : IVoiceActivityDetector
{
    // Below this no room is silent, and a microphone's own noise is not worth a decision.
    private const float LowestFloorDb = -65;
    private const float HighestFirstFloorDb = -45;
    private const float SlowRiseDb = 0.06f;
    private const float FastRiseDb = 1.5f;
    private const float SteadyChangeDb = 1;
    private const float SpeechOverFloorDb = 7;
    private const float SoftnessDb = 1.5f;
    private const float ChangeMemory = 1 / 20f;
    private const float FirstChangeDb = 3;
    private const float PreEmphasis = 0.7f;

    private float _previousSample;
    private float _floorDb;
    private float _previousDb;
    private float _changeDb;
    private bool _started;

    /// <inheritdoc/>
    public float Process(ReadOnlySpan<float> window)
    {
        VoiceActivity.CheckWindow(window);
        float levelDb = LevelDb(window);
        if (!_started)
        {
            _started = true;
            _floorDb = Math.Clamp(levelDb, LowestFloorDb, HighestFirstFloorDb);
            _previousDb = levelDb;
            _changeDb = FirstChangeDb;
        }

        _changeDb += ChangeMemory * (Math.Abs(levelDb - _previousDb) - _changeDb);
        _previousDb = levelDb;
        bool steady = _changeDb < SteadyChangeDb;
        _floorDb = levelDb < _floorDb
            ? Math.Max(LowestFloorDb, levelDb)
            : Math.Min(levelDb, _floorDb + (steady ? FastRiseDb : SlowRiseDb));
        return 1 / (1 + MathF.Exp((SpeechOverFloorDb - (levelDb - _floorDb)) / SoftnessDb));
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _previousSample = 0;
        _started = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // Pre-emphasis takes the rumble of rooms and hands away, which is loud and no speech.
    private float LevelDb(ReadOnlySpan<float> window)
    {
        float energy = 0;
        float previous = _previousSample;
        foreach (float sample in window)
        {
            float emphasized = sample - (PreEmphasis * previous);
            energy += emphasized * emphasized;
            previous = sample;
        }

        _previousSample = previous;
        return 10 * MathF.Log10((energy / window.Length) + 1e-10f);
    }
}
