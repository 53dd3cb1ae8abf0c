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

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void ForEach_anyNumberOfWorkers_eachNumberOnce(int count)
    {
        var workers = new SpareWorkers(count);
        workers.Begin();
        int[] done = new int[500];

        workers.ForEach(done.Length, 0, () => 1, (_, number) => Interlocked.Increment(ref done[number]), default);

        Assert.All(done, times => Assert.Equal(1, times));
        Assert.True(workers.TryBegin() == (count > 1));
    }

    [Fact]
    public void ForEach_faultOfAHelper_isThrownAfterAllHaveEnded()
    {
        var workers = new SpareWorkers(4);
        workers.Begin();
        int atWork = 0;
        int caller = Environment.CurrentManagedThreadId;

        Assert.Throws<InvalidDataException>(() => workers.ForEach(100, 0, () => 0, Work, default));

        Assert.Equal(0, Volatile.Read(ref atWork));

        void Work(int tool, int number)
        {
            Interlocked.Increment(ref atWork);
            Thread.Sleep(1);
            Interlocked.Decrement(ref atWork);
            if (number > 10 && (number == 50 || Environment.CurrentManagedThreadId != caller))
            {
                throw new InvalidDataException();
            }
        }
    }

    [Fact]
    public void ForEach_cancelled_endsEarly()
    {
        var workers = new SpareWorkers(2);
        workers.Begin();
        using var stop = new CancellationTokenSource();
        int done = 0;

        Assert.ThrowsAny<OperationCanceledException>(() => workers.ForEach(
            1000, 0, () => 0,
            (_, _) =>
            {
                Thread.Sleep(1);
                if (Interlocked.Increment(ref done) == 10)
                {
                    stop.Cancel();
                }
            },
            stop.Token));

        Assert.InRange(done, 10, 999);
    }
}
