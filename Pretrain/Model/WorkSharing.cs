namespace DataForge.Pretrain.Model;

/// <summary>Shares numbered pieces of work among threads. Which thread does a piece decides nothing.</summary>
internal sealed class WorkSharing
{
    /// <summary>The most threads.</summary>
    internal int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Does pieces 0 to <paramref name="count"/> - 1 and waits for all.</summary>
    internal void Run(int count, Action<int> work)
    {
        if (count == 1 || Threads == 1)
        {
            for (int i = 0; i < count; i++)
            {
                work(i);
            }

            return;
        }

        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, work);
    }
}
