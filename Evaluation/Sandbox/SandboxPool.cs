namespace DataForge.Evaluation.Sandbox;

/// <summary>Workers of a sandbox, each used by one caller at a time.</summary>
public sealed class SandboxPool : IDisposable
{
    private static readonly ProgramJob Right = new("def f():\n    return 1", "def f():\n    return 1", "assert f() == 1");

    private static readonly ProgramLimits RightLimits = new(10);

    private readonly SandboxFolder _folder = new();
    private readonly List<SandboxWorker> _idle = [];
    private readonly PythonInterpreter _python;
    private readonly bool _isolated;
    private readonly IReadOnlyList<string> _modules;
    private int _workers;

    /// <summary>Prepares a pool; workers start when they are needed.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="isolated">Whether programs run in bubblewrap. Without it a program can harm whoever runs it.</param>
    /// <param name="modules">Modules that programs need: each worker loads them once, and without them none starts.</param>
    public SandboxPool(PythonInterpreter python, bool isolated = true, IReadOnlyList<string>? modules = null) =>
        (_python, _isolated, _modules) = (python, isolated, modules ?? []);

    /// <summary>Starts a worker and judges a program that is right, to learn whether the sandbox can run here.</summary>
    /// <exception cref="Corpus.DataForgeException">It cannot.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        var worker = NewWorker();
        Return(worker);
        await worker.StartAsync(cancellation).ConfigureAwait(false);
        Verdict verdict = await worker.JudgeAsync(Right, RightLimits, cancellation).ConfigureAwait(false);
        if (!verdict.Passed)
        {
            throw SandboxWorker.CannotRun($"a right program ends as {verdict.Reason}: {verdict.Detail}");
        }
    }

    /// <summary>Judges a program, beside as many others as there are callers.</summary>
    public async Task<Verdict> JudgeAsync(ProgramJob job, ProgramLimits limits, CancellationToken cancellation)
    {
        SandboxWorker worker = Take(job);
        try
        {
            return await worker.JudgeAsync(job, limits, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Return(worker);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SandboxWorker worker in _idle)
        {
            worker.Dispose();
        }

        _folder.Dispose();
    }

    private SandboxWorker NewWorker() => new(_folder, _python, Interlocked.Increment(ref _workers) - 1, _isolated, _modules);

    // One that holds the program's tests, if there is one.
    private SandboxWorker Take(ProgramJob job)
    {
        lock (_idle)
        {
            if (_idle.Count == 0)
            {
                return NewWorker();
            }

            int index = Math.Max(0, _idle.FindIndex(worker => worker.Holds(job)));
            SandboxWorker worker = _idle[index];
            _idle.RemoveAt(index);
            return worker;
        }
    }

    private void Return(SandboxWorker worker)
    {
        lock (_idle)
        {
            _idle.Add(worker);
        }
    }
}
