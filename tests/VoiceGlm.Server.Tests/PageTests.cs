using System.Net;

namespace VoiceGlm.Server.Tests;

/// <summary>What the service answers over HTTP.</summary>
public sealed class PageTests(RunningServer server)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_is_served_with_a_policy_that_allows_nothing_inline_and_checks_types()
    {
        using HttpResponseMessage page = await server.Http.GetAsync("/", Cancelled);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        string[] policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy")).Split("; ");
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("script-src 'self'", policy);
        Assert.Contains("style-src 'self'", policy);
        Assert.Contains("require-trusted-types-for 'script'", policy);
        Assert.Contains("trusted-types lit-html", policy);
        Assert.DoesNotContain(policy, static rule => rule.Contains("unsafe", StringComparison.Ordinal));
        Assert.Contains("<voice-glm", await page.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Widget_can_be_loaded_by_pages_of_other_origins_and_is_asked_for_again()
    {
        using HttpResponseMessage script = await server.Http.GetAsync("/voice-glm.js", Cancelled);
        Assert.Equal("text/javascript", script.Content.Headers.ContentType?.MediaType);
        Assert.Equal("*", Assert.Single(script.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.True(script.Headers.CacheControl!.NoCache);
        string text = await script.Content.ReadAsStringAsync(Cancelled);
        string worklet = System.Text.RegularExpressions.Regex.Match(text, @"playback\.worklet-[\w-]{8}\.js").Value;
        using HttpResponseMessage file = await server.Http.GetAsync("/" + worklet, Cancelled);
        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        Assert.Equal(TimeSpan.FromDays(365), file.Headers.CacheControl!.MaxAge);
    }

    [Fact]
    public async Task Any_page_may_ask_what_the_model_is()
    {
        using HttpResponseMessage about = await server.Http.GetAsync("/about", Cancelled);
        Assert.Equal("*", Assert.Single(about.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("""{"model":"rehearsal","examples":["What is seven plus five?","Draw a heron."]}""", await about.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task Figures_are_for_no_other_origin()
    {
        using HttpResponseMessage metrics = await server.Http.GetAsync("/metrics", Cancelled);
        Assert.False(metrics.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Service_that_is_loaded_is_alive_and_ready(string path) =>
        Assert.Equal("Healthy", await server.Http.GetStringAsync(path, Cancelled));

    [Fact]
    public async Task Address_that_does_not_exist_is_not_found()
    {
        using HttpResponseMessage response = await server.Http.GetAsync("/appsettings.json", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
