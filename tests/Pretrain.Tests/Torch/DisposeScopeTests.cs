using DataForge.Pretrain.Model;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Tests.Torch;

[CollectionDefinition("live tensors", DisableParallelization = true)]
public class LiveTensorsCollection;

/// <summary>Counts native references, so nothing else may run beside it.</summary>
[Collection("live tensors")]
public class DisposeScopeTests
{
    [Fact]
    public void Scope_disposed_releasesWhatItOwns()
    {
        NativeTorch.SkipWithoutLibrary();
        long before = torch.LiveTensors;
        Tensor kept, inner;
        using (torch.NewDisposeScope())
        {
            using (torch.NewDisposeScope())
            {
                inner = torch.zeros([3]).MoveToOuterDisposeScope();
                torch.zeros([3]);
                Assert.Equal(before + 2, torch.LiveTensors);
            }

            Assert.Equal(before + 1, torch.LiveTensors);
            Assert.False(inner.IsDisposed);
            kept = torch.full([2], 5).DetachFromDisposeScope();
            torch.zeros([3]).Dispose(); // early, and not again with the scope
        }

        Assert.Equal(before + 1, torch.LiveTensors);
        Assert.Equal(10, kept.sum().item());
        Assert.True(inner.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => inner.sum());
        kept.Dispose();
        kept.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kept.Numel);
    }

    [Fact]
    public void Alias_original_canGoFirst()
    {
        NativeTorch.SkipWithoutLibrary();
        Tensor first = torch.full([2], 3);
        Tensor second = first.Alias();
        first.Dispose();
        Assert.Equal(6, second.sum().item());
        second.Dispose();
    }

    [Fact]
    public void Undefined_used_throws()
    {
        NativeTorch.SkipWithoutLibrary();
        Tensor none = default;
        none.Dispose();
        Assert.Throws<InvalidOperationException>(() => none.Numel);
        Assert.Throws<TorchException>(() => none.sum());
    }

    [Fact]
    public void Scopes_onTwoThreads_areApart()
    {
        NativeTorch.SkipWithoutLibrary();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor mine = torch.full([4], 1);
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 200; i++)
            {
                using DisposeScope own = torch.NewDisposeScope();
                Assert.Equal(8, (mine + mine).sum().item());
            }
        });
        Assert.False(mine.IsDisposed);
    }

    [Fact]
    public void TenThousandSteps_smallModel_leaveNothingBehind()
    {
        NativeTorch.SkipWithoutLibrary();
        torch.set_num_threads(1);
        GptNeoConfig config = new()
        {
            VocabSize = 11, MaxPositionEmbeddings = 8, HiddenSize = 8, NumLayers = 1, NumHeads = 1, AttentionLayers = GptNeoConfig.Alternating(1),
        };
        using GptNeoForCausalLM model = new(config);
        model.Initialize(1);
        long before = 0, memory = 0, allocated = 0;
        for (int i = 0; i < 10_000; i++)
        {
            if (i == 2000)
            {
                (before, memory, allocated) = (torch.LiveTensors, Environment.WorkingSet, GC.GetAllocatedBytesForCurrentThread());
            }

            using DisposeScope scope = torch.NewDisposeScope();
            Tensor ids = torch.tensor([1, 2, 3, 4], 4);
            model.ForwardBackward(ids, ids, 1, 4, 0.25, accumulate: false);
        }

        Assert.Equal(before, torch.LiveTensors);
        Assert.InRange(Environment.WorkingSet - memory, long.MinValue, 8 << 20);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 8000 * 8L); // less than one object a step
    }
}
