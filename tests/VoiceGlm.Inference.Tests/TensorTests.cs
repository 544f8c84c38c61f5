namespace VoiceGlm.Inference.Tests;

public class TensorTests
{
    [Fact]
    public void New_tensor_is_zero_and_aligned()
    {
        using var tensor = Tensor.Create<long>(3, 5);
        Assert.Equal([3, 5], tensor.Shape);
        Assert.Equal(15, tensor.Count);
        Assert.Equal(new long[15], tensor.AsSpan<long>());
        unsafe
        {
            fixed (long* first = tensor.AsSpan<long>()) Assert.Equal(0, (nint)first % 64);
        }
    }

    [Fact]
    public void Values_must_fill_the_shape()
    {
        using var tensor = Tensor.From<float>([1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], tensor.AsSpan<float>());
        Assert.Equal(
            "5 values do not fill shape [2, 3]. (Parameter 'values')",
            Assert.Throws<ArgumentException>(static () => Tensor.From<float>([1, 2, 3, 4, 5], 2, 3)).Message);
    }

    [Fact]
    public void Zero_length_makes_an_empty_tensor_and_a_negative_one_none()
    {
        using var tensor = Tensor.Create<float>(2, 0, 3);
        Assert.Equal(0, tensor.Count);
        Assert.True(tensor.AsSpan<float>().IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(static () => Tensor.Create<float>(2, -1));
    }

    [Fact]
    public void View_shares_the_elements()
    {
        using var tensor = Tensor.From<int>([0, 1, 2, 3, 4, 5], 6);
        using Tensor view = tensor.View<int>(2, 2, 2);
        view.AsSpan<int>()[3] = 50;
        Assert.Equal([2, 2], view.Shape);
        Assert.Equal([0, 1, 2, 3, 4, 50], tensor.AsSpan<int>());
    }

    [Fact]
    public void View_of_a_view_outlives_both()
    {
        var tensor = Tensor.From<float>([1, 2, 3, 4], 4);
        Tensor view = tensor.View<float>(1, 3);
        using Tensor inner = view.View<float>(1, 2);
        tensor.Dispose();
        view.Dispose();
        // Memory of the same size that is taken now is not the one of the view.
        using var other = Tensor.From<float>([9, 9, 9, 9], 4);
        Assert.Equal([3f, 4f], inner.AsSpan<float>());
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(4, 1)]
    [InlineData(0, 5)]
    [InlineData(long.MaxValue, 1)]
    public void View_stays_inside(long offset, long length)
    {
        using var tensor = Tensor.Create<float>(4);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.View<float>(offset, length));
    }

    [Fact]
    public void Another_type_is_refused()
    {
        using var tensor = Tensor.Create<long>(1);
        Assert.Equal("The tensor holds Int64, not Float.", Assert.Throws<InvalidOperationException>(() => tensor.AsSpan<float>()).Message);
        Assert.Throws<InvalidOperationException>(() => tensor.View<int>(0, 1));
        Assert.Throws<NotSupportedException>(static () => Tensor.Create<decimal>(1));
    }

    [Fact]
    public void Disposed_tensor_is_refused()
    {
        var tensor = Tensor.Create<float>(1);
        tensor.Dispose();
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.AsSpan<float>());
        Assert.Throws<ObjectDisposedException>(() => tensor.View<float>(0, 1));
    }

    [Fact]
    public void Large_tensor_is_reached_through_views()
    {
        // 12 GB, of which the operating system commits the pages that are touched.
        const long Count = 3L << 30;
        using var tensor = Tensor.Create<float>(Count);
        Assert.Throws<InvalidOperationException>(() => tensor.AsSpan<float>());
        using Tensor last = tensor.View<float>(Count - 2, 2);
        last.AsSpan<float>()[1] = 7;
        Assert.Equal([0f, 7f], last.AsSpan<float>());
    }
}
