namespace DataForge.Pretrain.Model;

/// <summary>Shares numbered pieces of work among threads. Which thread does a piece decides nothing.</summary>
internal sealed class WorkSharing
{
    // Products of two numbers below which one thread is done before others have begun, the more so on a busy machine: about 0.1 ms.
    private const long LeastShared = 1 << 20;

    /// <summary>The most threads.</summary>
    internal int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Does pieces 0 to <paramref name="count"/> - 1 and waits for all.</summary>
    internal void Run(int count, Action<int> work) => Run(count, long.MaxValue, work);

    /// <summary>The same, by one thread where the pieces are small.</summary>
    /// <param name="count">The number of pieces.</param>
    /// <param name="products">About how many products all pieces compute.</param>
    /// <param name="work">Does a piece.</param>
    internal void Run(int count, long products, Action<int> work)
    {
        if (count == 1 || Threads == 1 || products < LeastShared)
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
