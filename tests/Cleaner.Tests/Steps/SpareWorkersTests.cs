using DataForge.Cleaner.Steps;

namespace DataForge.Cleaner.Tests.Steps;

public sealed class SpareWorkersTests
{
    [Fact]
    public void TryBegin_allWorkersBusy_isRefusedUntilOneEnds()
    {
        var workers = new SpareWorkers(2);
        workers.Begin();
        Assert.True(workers.TryBegin());
        Assert.False(workers.TryBegin());
        workers.End();
        Assert.True(workers.TryBegin());
        Assert.False(workers.AreTooMany);
        workers.Begin();
        Assert.True(workers.AreTooMany);
    }

    [Fact]
    public void TryBegin_fromSeveralThreads_neverMoreThanTheWorkers()
    {
        var workers = new SpareWorkers(3);
        int begun = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (workers.TryBegin())
            {
                Assert.InRange(Interlocked.Increment(ref begun), 1, 3);
                Interlocked.Decrement(ref begun);
                workers.End();
            }
        });
    }
}
