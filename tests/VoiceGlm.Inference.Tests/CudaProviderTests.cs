using VoiceGlm.Testing;

namespace VoiceGlm.Inference.Tests;

public sealed class CudaProviderTests
{
    [Fact]
    public void Graph_on_a_gpu_is_refused_by_a_program_for_the_processor()
    {
        Assert.SkipWhen(CudaProvider.IsBuiltIn, "This program was built for CUDA.");
        using var folder = new TemporaryFolder();
        string path;
        using (Graph graph = SmallGraphs.SumAndProduct(folder)) path = graph.Path;
        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => Graph.Load(path, new GraphOptions { Cuda = new CudaOptions() }));
        Assert.Equal($"{path}: expected a program that runs graphs on CUDA (built with '-p:Device=cuda'), found one that was built for the processor.", exception.Message);
    }

    [Fact]
    public void Gpu_without_enough_memory_is_refused_with_the_number_needed()
    {
        ModelLoadException exception = Assert.Throws<ModelLoadException>(
            () => CudaProvider.RequireMemory("model.onnx", 7_300_000_000, freeBytes: 6_000_000_000, new CudaOptions { DeviceIndex = 1 }));
        Assert.Equal("model.onnx: expected 7.3 GB of memory of NVIDIA GPU 1 for its weights, found 6.0 GB free; convert it with fewer bits.", exception.Message);
    }

    [Fact]
    public void Limit_below_what_is_needed_is_told_as_a_limit()
    {
        ModelLoadException exception = Assert.Throws<ModelLoadException>(
            () => CudaProvider.RequireMemory("model.onnx", 7_300_000_000, freeBytes: 80_000_000_000, new CudaOptions { ArenaLimitBytes = 5_000_000_000 }));
        Assert.Contains("found 5.0 GB allowed", exception.Message, StringComparison.Ordinal);
        CudaProvider.RequireMemory("model.onnx", 7_300_000_000, freeBytes: 80_000_000_000, new CudaOptions());
    }

    [Fact]
    public void Machine_without_a_gpu_is_told()
    {
        ModelLoadException exception = Assert.Throws<ModelLoadException>(() => CudaProvider.RequireMemory("model.onnx", 1, freeBytes: null, new CudaOptions()));
        Assert.Equal("model.onnx: expected NVIDIA GPU 0 and its driver, found none.", exception.Message);
    }

    [Fact]
    public void Gpu_that_no_machine_has_has_no_memory() => Assert.Null(CudaMemory.FreeBytes(1_000));

    [Fact]
    public void Settings_are_the_providers_own()
    {
        Dictionary<string, string> settings = CudaProvider.Settings(
            new CudaOptions { DeviceIndex = 2, ArenaLimitBytes = 1024, ArenaDoubles = true, UseTensorFloat32 = false });
        Assert.Equal(
            new Dictionary<string, string> { ["device_id"] = "2", ["arena_extend_strategy"] = "kNextPowerOfTwo", ["use_tf32"] = "0", ["gpu_mem_limit"] = "1024" },
            settings);
        Assert.False(CudaProvider.Settings(new CudaOptions()).ContainsKey("gpu_mem_limit"));
    }

    [Theory]
    [InlineData(-1, 1L)]
    [InlineData(0, 0L)]
    public void Options_outside_their_range_are_refused(int index, long limit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CudaOptions { DeviceIndex = index, ArenaLimitBytes = limit }.Validate());

    [Fact]
    public void Free_memory_of_the_machine_is_some_of_it() => Assert.InRange(MemoryOfMachine.Free(new GraphOptions()), 1, long.MaxValue);

    [Fact]
    public void Tensor_of_a_graph_on_the_processor_can_be_read()
    {
        using var folder = new TemporaryFolder();
        using Graph graph = SmallGraphs.SumAndProduct(folder);
        using Tensor tensor = graph.CreateTensor<float>(2, 3);
        Assert.Equal(new float[6], tensor.AsSpan<float>().ToArray());
    }
}
