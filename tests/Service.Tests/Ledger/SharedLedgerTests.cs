using System.Collections.Concurrent;
using DataForge.Service.Ledger;
using DataForge.Service.Settings;
using DataForge.Testing;

namespace DataForge.Service.Tests.Ledger;

/// <summary>Several instances share a PostgreSQL database.</summary>
public sealed class SharedLedgerTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    // As a process that is stopped by a signal, or a machine that is suspended, between two statements.
    [Fact]
    public async Task InTransaction_anotherHangsInItsTurn_hasItsOwnWhenThatOneIsDisconnected()
    {
        const string Insert = "INSERT INTO schedules (name, planned_until) VALUES (@s, 1)";
        CancellationToken testEnd = TestContext.Current.CancellationToken;
        using PostgresServer? server = PostgresServer.TryStart();
        Assert.SkipWhen(server is null, "PostgreSQL is not installed");
        string address = server.CreateDatabase();
        using PostgresLedger hung = PostgresLedger.Open(address, longestPause: TimeSpan.FromSeconds(1));
        using PostgresLedger other = PostgresLedger.Open(address);
        using var isHanging = new ManualResetEventSlim();
        using var wakeUp = new ManualResetEventSlim();
        Task hanging = Task.Run(
            () => hung.InTransaction(transaction =>
            {
                transaction.Execute(Insert, ("s", "a"));
                isHanging.Set();
                wakeUp.Wait(TimeSpan.FromMinutes(1));
                transaction.Execute(Insert, ("s", "b"));
            }),
            testEnd);
        isHanging.Wait(testEnd);
        await Task.Run(() => other.InTransaction(transaction => transaction.Execute(Insert, ("s", "a"))), testEnd)
            .WaitAsync(TimeSpan.FromSeconds(30), testEnd);

        // When it wakes up, its transaction has come to nothing, and the next one is as any other.
        wakeUp.Set();
        await Assert.ThrowsAsync<LedgerException>(() => hanging);
        Assert.Equal(1, hung.InTransaction(transaction => transaction.Number("SELECT COUNT(*) FROM schedules")));
    }

    [Fact]
    public async Task Instances_onOneDatabase_runEachDueTimeOnceAndTakeOver()
    {
        using PostgresServer? server = PostgresServer.TryStart();
        Assert.SkipWhen(server is null, "PostgreSQL is not installed");
        string address = server.CreateDatabase();
        Schedule schedule = Schedules.Of(new ScheduleOptions
        {
            Name = "often", Cron = "* * * * * *", Missed = MissedPolicy.All, Overlap = OverlapPolicy.Queue,
        });
        var active = new ConcurrentDictionary<string, int>();
        var faults = new ConcurrentQueue<string>();
        using var hasDied = new ManualResetEventSlim();

        // Three instances until the run that one of them begins, and never ends, was taken over by another.
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(number => Task.Factory.StartNew(
            () => Serve($"instance {number}", dies: number == 0), stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        using PostgresLedger database = PostgresLedger.Open(address);
        IReadOnlyList<DueTime> rows = new RunHistory(database).Newest(null, long.MaxValue, 100);
        Assert.Empty(faults);
        Assert.True(rows.Count(row => row.State == DueState.Completed) > 1);
        Assert.Equal(rows.Count, rows.Select(row => row.DueAt).Distinct().Count());
        Assert.Single(rows, row => row is { Attempts: 2, State: DueState.Completed });

        void Serve(string name, bool dies)
        {
            using PostgresLedger own = PostgresLedger.Open(address);
            var ledger = new RunLedger(own, name, Lease);
            if (!dies)
            {
                hasDied.Wait(stop.Token);
            }

            bool isTakenOver = false;
            while (!stop.IsCancellationRequested)
            {
                ledger.Plan([schedule]);
                foreach (Claim claim in ledger.Claim([schedule], 1, _ => false, _ => null))
                {
                    if (dies)
                    {
                        hasDied.Set();
                        return;
                    }

                    if (active.AddOrUpdate(claim.Schedule, 1, (_, count) => count + 1) > 1)
                    {
                        faults.Enqueue($"{claim} begins while another is going on");
                    }

                    Thread.Sleep(100);
                    active.AddOrUpdate(claim.Schedule, 0, (_, count) => count - 1);
                    if (!ledger.Finish(claim, schedule.Options, RunOutcome.Completed, 0, mayRetry: true, null))
                    {
                        faults.Enqueue($"{claim} was lost");
                    }

                    isTakenOver |= claim.Number == 2;
                    if (isTakenOver && claim.Number == 1)
                    {
                        stop.Cancel();
                    }
                }

                Thread.Sleep(20);
            }
        }
    }

    [Fact]
    public void Open_noServer_saysWhatToDo()
    {
        var fault = Assert.Throws<Corpus.DataForgeException>(() => PostgresLedger.Open("postgres://nobody@/none?host=/nonexistent"));

        Assert.Contains("start its server", fault.Message, StringComparison.Ordinal);
    }
}
