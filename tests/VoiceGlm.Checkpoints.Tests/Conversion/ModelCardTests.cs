using VoiceGlm.Checkpoints.Synthesis;
using VoiceGlm.Inference;
using VoiceGlm.Testing;

namespace VoiceGlm.Checkpoints.Tests.Conversion;

public sealed class ModelCardTests
{
    private const string Card = "---\nlicense: apache-2.0\nwidget:\n- text: \"What is seven plus five?\"\n- text: Draw a heron.\n---\n# A model\n";

    [Theory]
    [InlineData("---\nlanguage: en\nlicense: apache-2.0\n---\nlicense: none", "apache-2.0")]
    [InlineData("---\nlicense: other\nlicense_name: \"glm-4-voice\"\n---\n", "glm-4-voice")]
    [InlineData("---\nlicense: other\n---\n", "other")]
    [InlineData("---\nlanguage: en\n---\nlicense: mit", null)]
    [InlineData("---\nlicense: [\n---\n", null)]
    [InlineData("---\nlicense:\n---\n", null)]
    [InlineData("license: mit", null)]
    [InlineData("", null)]
    public void Licence_is_read_from_the_front_matter(string card, string? license)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["README.md"], card);
        Assert.Equal(license, ModelCard.Read(folder.Path).License);
    }

    [Theory]
    [InlineData(Card, new[] { "What is seven plus five?", "Draw a heron." })]
    [InlineData("---\nwidget:\n- src: a.wav\n- text: Hello.\n- word\n---\n", new[] { "Hello." })]
    [InlineData("---\nwidget: none\n---\n", new string[0])]
    public void Examples_are_the_texts_of_the_widget(string card, string[] examples)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["README.md"], card);
        Assert.Equal(examples, ModelCard.Read(folder.Path).Examples);
    }

    [Fact]
    public void Checkpoints_in_one_folder_share_its_card()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<string> checkpoints = CheckpointSynthesizer.Synthesize(
            CheckpointProfile.Tiny, CheckpointParts.All, folder["mini"], cancellationToken: TestContext.Current.CancellationToken);
        foreach (string checkpoint in checkpoints) File.Delete(Path.Combine(checkpoint, "README.md"));
        File.WriteAllText(folder["mini/README.md"], Card);
        ModelManifest together = CheckpointConverter.Convert([folder["mini"]], folder["together"], null, TestContext.Current.CancellationToken);
        ModelManifest apart = CheckpointConverter.Convert(checkpoints, folder["apart"], null, TestContext.Current.CancellationToken);
        Assert.Equal("apache-2.0", together.License);
        Assert.Equal(["What is seven plus five?", "Draw a heron."], together.Examples);
        Assert.Equal("unknown", apart.License);
        Assert.Empty(apart.Examples);
    }
}
