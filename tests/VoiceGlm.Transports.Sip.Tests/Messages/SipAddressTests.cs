namespace VoiceGlm.Transports.Sip.Tests;

public sealed class SipAddressTests
{
    [Theory]
    [InlineData("sip:example.com", "sip", null, "example.com", null)]
    [InlineData("SIPS:alice:secret@example.com:5061;transport=tcp;lr?Subject=a%20b", "sips", "alice", "example.com", 5061)]
    [InlineData("sip:+12125551212@[2001:db8::1]:5070", "sip", "+12125551212", "[2001:db8::1]", 5070)]
    [InlineData("sip:user;par=u%40example.net@example.com", "sip", "user;par=u%40example.net", "example.com", null)]
    [InlineData("sip:alice@pbx_1.local", "sip", "alice", "pbx_1.local", null)]
    public void Uri_is_read_and_written_again(string text, string scheme, string? user, string host, int? port)
    {
        SipUri uri = SipUri.Parse(text);
        Assert.Equal((scheme, user, host, port), (uri.Scheme, uri.User, uri.Host, uri.Port));
        Assert.Equal(text, uri.ToString(), ignoreCase: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("sip:")]
    [InlineData("sip:a b@example.com")]
    [InlineData("sip:a@example.com;x=<")]
    [InlineData("sip:a@-example.com")]
    [InlineData("sip:a@example.com:65536")]
    [InlineData("sip:a@example.com?")]
    [InlineData("sip:a@[2001:db8::1")]
    [InlineData("1sip:a@example.com")]
    [InlineData("tel:1 2")]
    public void What_is_no_uri_is_refused(string text) => Assert.False(SipUri.TryParse(text, out _));

    [Fact]
    public void Uri_of_another_scheme_stays_as_it_is()
    {
        SipUri uri = SipUri.Parse("tel:+1-201-555-0123;phone-context=example.com");
        Assert.Equal(("tel", "+1-201-555-0123;phone-context=example.com", false), (uri.Scheme, uri.Opaque, uri.IsSip));
        Assert.Equal("tel:+1-201-555-0123;phone-context=example.com", uri.ToString());
    }

    [Fact]
    public void Parameters_without_brackets_are_the_headers()
    {
        SipAddress bare = SipAddress.Parse("sip:a@example.com;tag=1"), bracketed = SipAddress.Parse("<sip:a@example.com;lr>;tag=2");
        Assert.Equal(("1", false), (bare.Tag, bare.Uri.Parameters.Has("tag")));
        Assert.Equal(("2", true), (bracketed.Tag, bracketed.Uri.Parameters.Has("lr")));
    }

    [Fact]
    public void Name_in_quotes_is_told_without_them_and_written_with_them()
    {
        SipAddress address = SipAddress.Parse("\"A \\\"B\\\" \\\\ C\" <sip:a@example.com>");
        Assert.Equal("A \"B\" \\ C", address.DisplayName);
        Assert.Equal("\"A \\\"B\\\" \\\\ C\" <sip:a@example.com>", address.ToString());
    }

    [Theory]
    [InlineData("Bell, Alexander <sip:a@example.com>")]
    [InlineData("\"A\" sip:a@example.com")]
    [InlineData("<sip:a@example.com>;;")]
    [InlineData("<sip:a@example.com>;x=")]
    [InlineData("<sip:a@example.com>;x=\"1")]
    [InlineData("sip:a@example.com?Route=b")]
    public void What_is_no_address_is_refused(string text) => Assert.False(SipAddress.TryParse(text, out _));

    [Fact]
    public void List_is_split_outside_quotes_and_brackets()
    {
        Assert.Equal(["\"a, b\" <sip:c@example.com;x=1,2>", "<sip:d@example.com>"], SipGrammar.SplitList(" \"a, b\" <sip:c@example.com;x=1,2> ,, <sip:d@example.com>, "));
        Assert.Null(SipGrammar.SplitList("\"a, b"));
        Assert.Null(SipGrammar.SplitList("<sip:a@example.com"));
    }
}
