namespace VoiceGlm.Checkpoints.Tests;

public sealed class CheckpointFilesTests
{
    [Fact]
    public void Language_model_is_its_configurations_tokenizer_card_and_shards() => Assert.Equal(
        ["README.md", "config.json", "generation_config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.model", "tokenizer_config.json"],
        CheckpointFiles.Select(
            [".gitattributes", "LICENSE", "README.md", "config.json", "configuration_chatglm.py", "generation_config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json", "modeling_chatglm.py", "tokenization_chatglm.py", "tokenizer.model", "tokenizer_config.json"]));

    [Fact]
    public void Speech_decoder_is_its_configuration_and_networks() => Assert.Equal(
        ["config.yaml", "flow.pt", "hift.pt"], CheckpointFiles.Select(["campplus.onnx", "config.yaml", "flow.pt", "flow.safetensors", "hift.pt", "speech_tokenizer_v1.onnx"]));

    [Fact]
    public void Weights_are_taken_in_one_format_the_one_that_is_read() => Assert.Equal(
        ["model.safetensors"], CheckpointFiles.Select(["model-00001-of-00001.safetensors", "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"]));

    [Fact]
    public void Shards_of_another_model_or_format_are_left() => Assert.Equal(
        ["pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json"],
        CheckpointFiles.Select(["adapter_model.safetensors", "model-00001-of-00001.safetensors", "pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json"]));

    [Theory]
    [InlineData("model-../../etc/x.safetensors")]
    [InlineData("model-..\\x.safetensors")]
    [InlineData("model-C:x.safetensors")]
    [InlineData("model-\0.safetensors")]
    public void Name_that_points_out_of_its_folder_is_left(string name) =>
        Assert.Equal(["model.safetensors.index.json"], CheckpointFiles.Select(["model.safetensors.index.json", name]));
}
