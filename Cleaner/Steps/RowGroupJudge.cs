using DataForge.Corpus.Shards;

namespace DataForge.Cleaner.Steps;

/// <summary>
/// Judges the contents of a row group, a chunk of them at a time: this thread does, and free workers of the stage help. What they decide is
/// written in the order of the contents, so that who judged a chunk changes nothing.
/// </summary>
/// <param name="rows">The row group.</param>
/// <param name="survivors">The occurrences, in order of their contents' ids.</param>
/// <param name="judges">Gives what threads judge with, and takes it back.</param>
/// <param name="own">What this thread judges with.</param>
/// <param name="workers">The workers of the stage.</param>
/// <param name="writer">The part's writer.</param>
internal sealed class RowGroupJudge(
    RawBlobsShard.Rows rows, Survivor[] survivors, JudgePool judges, JudgeTools own, SpareWorkers workers, PartWriter writer)
{
    // Source bytes, about: a few milliseconds of work.
    private const int ChunkBytes = 1 << 18;

    // Chunks that are in work, or judged and not yet written: their texts and shingles are in memory.
    private const int MaxPending = 16;

    private readonly ContentJudge _judge = new(own, writer);
    private readonly List<Task> _helpers = [];

    // What helpers and this thread share, and the lock over it: the first row that nobody has taken, and the chunks to write.
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<(JudgedBatch Batch, int Judged)>> _pending = [];
    private int _next;

    /// <summary>Judges the contents that an occurrence names; gives how many occurrences name them.</summary>
    /// <param name="cancellation">Cancels.</param>
    public int Judge(CancellationToken cancellation)
    {
        try
        {
            int judged = 0;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                judged += WriteJudged();
                if (_next < rows.Count && workers.TryHelp(() => Help(cancellation)) is { } helper)
                {
                    _helpers.Add(helper);
                }

                if (TakeChunk(out Chunk chunk, mayWrite: true))
                {
                    if (chunk.Result is null)
                    {
                        judged += JudgeChunk(_judge, chunk);
                    }
                    else
                    {
                        JudgeIntoBatch(own, chunk);
                    }
                }
                else if (FirstPending() is { } first)
                {
                    // All are taken, or too many wait to be written.
                    first.Wait(cancellation);
                }
                else
                {
                    return judged;
                }
            }
        }
        finally
        {
            // After an error nobody may read the rows any more, whose memory is reused.
            lock (_gate)
            {
                _next = rows.Count;
            }

            SpareWorkers.WaitFor(_helpers);
        }
    }

    // Gives a chunk to judge, if one is left and not too many wait. One without a result may be written at once: all before it are.
    private bool TakeChunk(out Chunk chunk, bool mayWrite)
    {
        lock (_gate)
        {
            int from = _next;
            if (from >= rows.Count || _pending.Count >= MaxPending)
            {
                chunk = default;
                return false;
            }

            int bytes = 0;
            int end = from;
            while (end < rows.Count && bytes < ChunkBytes)
            {
                bytes += rows.Content(end).Length;
                end++;
            }

            _next = end;
            chunk = new Chunk(from, end, mayWrite && _pending.Count == 0 ? null : new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (chunk.Result is not null)
            {
                _pending.Enqueue(chunk.Result);
            }

            return true;
        }
    }

    private Task? FirstPending()
    {
        lock (_gate)
        {
            return _pending.TryPeek(out TaskCompletionSource<(JudgedBatch Batch, int Judged)>? first) ? first.Task : null;
        }
    }

    private void Help(CancellationToken cancellation)
    {
        JudgeTools tools = judges.Take();
        try
        {
            while (!cancellation.IsCancellationRequested && !workers.AreTooMany && TakeChunk(out Chunk chunk, mayWrite: false))
            {
                JudgeIntoBatch(tools, chunk);
            }
        }
        finally
        {
            judges.Return(tools);
        }
    }

    private void JudgeIntoBatch(JudgeTools tools, Chunk chunk)
    {
        try
        {
            JudgedBatch batch = judges.TakeBatch();
            batch.Begin(tools.Shingles);
            int judged = JudgeChunk(new ContentJudge(tools, batch), chunk);
            chunk.Result!.SetResult((batch, judged));
        }
        catch (Exception e)
        {
            // The part's thread throws it again where it would write the chunk.
            chunk.Result!.SetException(e);
        }
    }

    private int JudgeChunk(ContentJudge judge, Chunk chunk)
    {
        int judged = 0;
        for (int row = chunk.From; row < chunk.End; row++)
        {
            ReadOnlySpan<Survivor> occurrences = Survivor.Of(survivors, rows.Id(row));
            if (!occurrences.IsEmpty)
            {
                judge.Judge(occurrences, rows.Content(row));
                judged += occurrences.Length;
            }
        }

        return judged;
    }

    // Writes the chunks whose turn it is; gives how many occurrences they had.
    private int WriteJudged()
    {
        int judged = 0;
        while (FirstPending() is { IsCompleted: true })
        {
            Task<(JudgedBatch Batch, int Judged)> first;
            lock (_gate)
            {
                first = _pending.Dequeue().Task;
            }

            (JudgedBatch batch, int count) = first.GetAwaiter().GetResult();
            batch.WriteTo(writer);
            judges.Return(batch);
            judged += count;
        }

        return judged;
    }

    /// <summary>Contents to judge.</summary>
    /// <param name="From">The first row.</param>
    /// <param name="End">The row after the last.</param>
    /// <param name="Result">Takes what was decided; null where it is written at once.</param>
    private readonly record struct Chunk(int From, int End, TaskCompletionSource<(JudgedBatch Batch, int Judged)>? Result);
}
