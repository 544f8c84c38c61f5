using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using VoiceGlm.Tools.Pictures;

namespace VoiceGlm.Tools.Phone;

/// <summary>An Android phone on a cable, or an emulated one, by <c>adb</c>. Writing needs the app ADBKeyboard as the phone's keyboard.</summary>
internal sealed partial class AdbPhone(Adb adb) : IPhoneDevice
{
    private const int LongPressMilliseconds = 3000;
    private const int SwipeMilliseconds = 800;

    // What is not listed is opened by its package, which has a dot.
    private static readonly Dictionary<string, string> s_packages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["微信"] = "com.tencent.mm",
        ["WeChat"] = "com.tencent.mm",
        ["支付宝"] = "com.eg.android.AlipayGphone",
        ["Alipay"] = "com.eg.android.AlipayGphone",
        ["淘宝"] = "com.taobao.taobao",
        ["京东"] = "com.jingdong.app.mall",
        ["美团"] = "com.sankuai.meituan",
        ["Chrome"] = "com.android.chrome",
        ["Settings"] = "com.android.settings",
        ["设置"] = "com.android.settings",
    };

    private (int Width, int Height) _size;

    /// <inheritdoc/>
    public string Name => "adb";

    /// <inheritdoc/>
    public async Task<PhoneScreen> LookAsync(CancellationToken cancellationToken)
    {
        if (_size.Width == 0) _size = await MeasureAsync(cancellationToken).ConfigureAwait(false);
        byte[] png = await adb.RunAsync(["exec-out", "screencap", "-p"], cancellationToken).ConfigureAwait(false);
        string windows = Encoding.UTF8.GetString(await adb.RunAsync(["shell", "dumpsys", "window"], cancellationToken).ConfigureAwait(false));
        string app = Focus().Match(windows) is { Success: true } focus ? focus.Groups["package"].Value : "";
        // An app that hides its screen gives none, or a black one.
        return PngCheck.IsBlack(png) is not { } isBlack ? new PhoneScreen(new PixelCanvas(16, 16).ToPng(), app, IsHidden: true) : new PhoneScreen(png, app, isBlack);
    }

    /// <inheritdoc/>
    public async Task<string?> DoAsync(PhoneAction action, CancellationToken cancellationToken)
    {
        if (CommandOf(action) is not { } command)
            return action is PhoneAction.Launch launch ? $"The package of {launch.App} is not known. Open it from the home screen." : $"{action.Describe()} cannot be done here.";
        await adb.RunAsync(["shell", .. command], cancellationToken).ConfigureAwait(false);
        if (action is PhoneAction.DoubleTap) await adb.RunAsync(["shell", .. command], cancellationToken).ConfigureAwait(false);
        return null;
    }

    // The phone's own shell reads these: nothing of the model's goes there but numbers, names of packages and base64.
    private string[]? CommandOf(PhoneAction action) => action switch
    {
        PhoneAction.Launch launch => PackageOf(launch.App) is { } package ? ["monkey", "-p", package, "-c", "android.intent.category.LAUNCHER", "1"] : null,
        PhoneAction.Tap tap => ["input", "tap", X(tap.X), Y(tap.Y)],
        PhoneAction.DoubleTap tap => ["input", "tap", X(tap.X), Y(tap.Y)],
        PhoneAction.LongPress press => ["input", "swipe", X(press.X), Y(press.Y), X(press.X), Y(press.Y), Text(LongPressMilliseconds)],
        PhoneAction.Swipe swipe => ["input", "swipe", X(swipe.FromX), Y(swipe.FromY), X(swipe.ToX), Y(swipe.ToY), Text(SwipeMilliseconds)],
        PhoneAction.Type type => ["am", "broadcast", "-a", "ADB_INPUT_B64", "--es", "msg", Convert.ToBase64String(Encoding.UTF8.GetBytes(type.Text))],
        PhoneAction.Back => ["input", "keyevent", "4"],
        PhoneAction.Home => ["input", "keyevent", "KEYCODE_HOME"],
        _ => null,
    };

    private static string? PackageOf(string app) => s_packages.GetValueOrDefault(app.Trim()) ?? (Package().IsMatch(app) ? app : null);

    private string X(int thousandths) => Text(thousandths * (_size.Width - 1) / 1000);

    private string Y(int thousandths) => Text(thousandths * (_size.Height - 1) / 1000);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<(int Width, int Height)> MeasureAsync(CancellationToken cancellationToken)
    {
        string told = Encoding.UTF8.GetString(await adb.RunAsync(["shell", "wm", "size"], cancellationToken).ConfigureAwait(false));
        // The size that was set counts more than the physical one, and comes after it.
        Match size = Size().Matches(told).LastOrDefault() ?? throw new InvalidOperationException($"Expected the screen's size of adb, found {told.Trim()}.");
        return (int.Parse(size.Groups["width"].Value, CultureInfo.InvariantCulture), int.Parse(size.Groups["height"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"size: (?<width>\d{2,5})x(?<height>\d{2,5})")]
    private static partial Regex Size();

    [GeneratedRegex(@"mCurrentFocus=Window\{\S+ \S+ (?<package>[\w.]+)/")]
    private static partial Regex Focus();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+$")]
    private static partial Regex Package();
}
