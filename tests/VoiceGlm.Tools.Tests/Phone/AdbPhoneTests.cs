using VoiceGlm.Testing;
using VoiceGlm.Tools.Phone;
using VoiceGlm.Tools.Pictures;

namespace VoiceGlm.Tools.Tests.Phone;

/// <summary>The real device's commands, taken down by a program in adb's place.</summary>
public sealed class AdbPhoneTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<object, string> Commands => new()
    {
        { new PhoneAction.Tap(500, 1000, null), "shell input tap 539 2399" },
        { new PhoneAction.LongPress(0, 0), "shell input swipe 0 0 0 0 3000" },
        { new PhoneAction.Swipe(0, 1000, 0, 0), "shell input swipe 0 2399 0 0 800" },
        { new PhoneAction.Back(), "shell input keyevent 4" },
        { new PhoneAction.Home(), "shell input keyevent KEYCODE_HOME" },
        { new PhoneAction.Launch("京东"), "shell monkey -p com.jingdong.app.mall -c android.intent.category.LAUNCHER 1" },
        { new PhoneAction.Launch("org.example.notes"), "shell monkey -p org.example.notes -c android.intent.category.LAUNCHER 1" },
        { new PhoneAction.Type("a; rm -rf / \"'你好"), "shell am broadcast -a ADB_INPUT_B64 --es msg YTsgcm0gLXJmIC8gIifkvaDlpb0=" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Action_is_a_command_in_pixels(object action, string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The program in adb's place is a script.");
        var phone = new AdbPhone(Program(new PixelCanvas(8, 8).ToPng()));
        await phone.LookAsync(Token);
        Assert.Null(await phone.DoAsync((PhoneAction)action, Token));
        Assert.Equal(command, (await File.ReadAllLinesAsync(_folder["log"], Token))[^1]);
    }

    [Fact]
    public async Task Screen_and_app_are_looked_at_and_a_black_one_is_known()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The program in adb's place is a script.");
        var canvas = new PixelCanvas(64, 64);
        PhoneScreen black = await new AdbPhone(Program(canvas.ToPng())).LookAsync(Token);
        canvas.Fill(10, 10, 40, 40, 0x6F8FBF);
        PhoneScreen screen = await new AdbPhone(Program(canvas.ToPng())).LookAsync(Token);
        PhoneScreen none = await new AdbPhone(Program([])).LookAsync(Token);
        Assert.Equal((true, false, true), (black.IsHidden, screen.IsHidden, none.IsHidden));
        Assert.Equal("com.tencent.mm", screen.App);
        Assert.Equal(canvas.ToPng(), screen.Png.ToArray());
    }

    [Fact]
    public async Task App_whose_package_is_not_known_is_told_and_nothing_is_run()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The program in adb's place is a script.");
        var phone = new AdbPhone(Program([]));
        Assert.StartsWith("The package of", await phone.DoAsync(new PhoneAction.Launch("x; reboot"), Token), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["log"]));
    }

    [Fact]
    public async Task Program_that_is_not_there_or_fails_is_told_in_a_sentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The program in adb's place is a script.");
        Assert.Contains("cannot be started", (await Assert.ThrowsAsync<InvalidOperationException>(() => new AdbPhone(new Adb(_folder["no-adb"])).LookAsync(Token))).Message, StringComparison.Ordinal);
        Adb failing = Script("echo no devices found >&2; exit 1");
        Assert.Contains("ended with 1: no devices found", (await Assert.ThrowsAsync<InvalidOperationException>(() => new AdbPhone(failing).LookAsync(Token))).Message, StringComparison.Ordinal);
    }

    private Adb Program(byte[] png)
    {
        File.WriteAllBytes(_folder["screen.png"], png);
        return Script(
            $"""
            echo "$*" >> '{_folder["log"]}'
            case "$*" in
              *screencap*) cat '{_folder["screen.png"]}' ;;
              *"wm size"*) printf 'Physical size: 1440x3200\nOverride size: 1080x2400\n' ;;
              *dumpsys*) echo '  mCurrentFocus=Window{"{1a2b u0 com.tencent.mm/com.tencent.mm.ui.LauncherUI}"}' ;;
            esac
            """);
    }

    private Adb Script(string body)
    {
        string program = _folder["adb" + Guid.NewGuid().ToString("N")];
        File.WriteAllText(program, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new Adb(program);
    }
}
