using VoiceGlm.Tools.Pictures;

namespace VoiceGlm.Tools.Phone;

/// <summary>
/// A phone that is made up: a home screen with four apps; one keeps notes, one sends messages, one sells, one hides its screen. So that tasks can be
/// shown, and tested, where there is no phone.
/// </summary>
internal sealed class SimulatedPhone : IPhoneDevice
{
    private const int Width = 270;
    private const int Height = 480;
    private const string HomeScreen = "Home";

    // The lower part of an app's screen has a button; the upper, a place for words.
    private const int ButtonTop = 800;

    private static readonly string[] s_apps = ["Notes", "Messages", "Shop", "Bank"];

    private readonly List<string> _done = [];
    private string _app = HomeScreen;
    private string _text = "";

    /// <inheritdoc/>
    public string Name => "simulated";

    /// <summary>What was written, sent and bought.</summary>
    public IReadOnlyList<string> Done => _done;

    /// <inheritdoc/>
    public Task<PhoneScreen> LookAsync(CancellationToken cancellationToken)
    {
        bool isHidden = _app == "Bank";
        return Task.FromResult(new PhoneScreen(Draw(isHidden), _app, isHidden));
    }

    /// <inheritdoc/>
    public Task<string?> DoAsync(PhoneAction action, CancellationToken cancellationToken) => Task.FromResult(Do(action));

    private string? Do(PhoneAction action)
    {
        switch (action)
        {
            case PhoneAction.Launch launch:
                if (s_apps.FirstOrDefault(app => app.Equals(launch.App, StringComparison.OrdinalIgnoreCase)) is not { } found) return $"There is no app {launch.App}. There are {string.Join(", ", s_apps)}.";
                Open(found);
                return null;
            case PhoneAction.Tap tap:
                Touch(tap.X, tap.Y);
                return null;
            case PhoneAction.DoubleTap or PhoneAction.LongPress or PhoneAction.Swipe:
                return null;
            case PhoneAction.Type type:
                if (_app == HomeScreen) return "There is nothing to write into.";
                _text = type.Text;
                return null;
            case PhoneAction.Back or PhoneAction.Home:
                Open(HomeScreen);
                return null;
            default:
                return $"{action.Describe()} cannot be done here.";
        }
    }

    private void Touch(int x, int y)
    {
        if (_app == HomeScreen)
        {
            int index = (y / 250 * 2) + (x / 500);
            if (y is >= 0 and < 500 && index < s_apps.Length) Open(s_apps[index]);
        }
        else if (y >= ButtonTop)
        {
            _done.Add($"{_app}: {_text}");
            _text = "";
        }
    }

    private void Open(string app)
    {
        _app = app;
        _text = "";
    }

    private byte[] Draw(bool isHidden)
    {
        var canvas = new PixelCanvas(Width, Height);
        if (isHidden) return canvas.ToPng();
        canvas.Fill(0, 0, Width, Height, 0xF5F5F0);
        canvas.Fill(0, 0, Width, 24, 0x303A4A);
        canvas.Write($"SIMULATED: {_app}", 6, 8, 1, 0xFFFFFF);
        if (_app == HomeScreen)
        {
            for (int i = 0; i < s_apps.Length; i++)
            {
                canvas.Fill(20 + (i % 2 * Width / 2), 40 + (i / 2 * Height / 4), 95, 80, 0x6F8FBF);
                canvas.Write(s_apps[i], 28 + (i % 2 * Width / 2), 76 + (i / 2 * Height / 4), 1, 0xFFFFFF);
            }

            return canvas.ToPng();
        }

        canvas.Fill(12, 40, Width - 24, 120, 0xFFFFFF);
        canvas.Write(_text, 18, 50, 1, 0x202020);
        for (int i = 0; i < Math.Min(_done.Count, 8); i++) canvas.Write(_done[^(i + 1)], 14, 180 + (i * 14), 1, 0x505050);
        canvas.Fill(12, Height * ButtonTop / 1000, Width - 24, 70, 0x3F8F5F);
        canvas.Write(_app == "Shop" ? "PAY" : "SAVE", 100, (Height * ButtonTop / 1000) + 26, 2, 0xFFFFFF);
        return canvas.ToPng();
    }
}
