using System.Collections.Concurrent;

namespace DataForge.Cleaner.Steps;

/// <summary>What threads judge with, reused from one part to the next. Thread-safe.</summary>
/// <param name="create">Creates another.</param>
internal sealed class JudgePool(Func<JudgeTools> create)
{
    private readonly ConcurrentBag<JudgeTools> _tools = [];
    private readonly ConcurrentBag<JudgedBatch> _batches = [];

    /// <summary>Takes tools, for one thread.</summary>
    public JudgeTools Take() => _tools.TryTake(out JudgeTools? free) ? free : create();

    /// <summary>Takes tools back.</summary>
    public void Return(JudgeTools tools) => _tools.Add(tools);

    /// <summary>Takes a batch.</summary>
    public JudgedBatch TakeBatch() => _batches.TryTake(out JudgedBatch? free) ? free : new JudgedBatch();

    /// <summary>Takes a batch back.</summary>
    public void Return(JudgedBatch batch) => _batches.Add(batch);
}
