namespace DataForge.Dedup.Selection;

/// <summary>The shingle sets of files by rank. Thread-safe.</summary>
public interface IShingleSets
{
    /// <summary>Shingles in a file's set.</summary>
    int Length(int rank);

    /// <summary>
    /// A file's set in ascending order, in <paramref name="buffer"/> (enlarged as needed) or elsewhere; valid until the buffer is used
    /// again.
    /// </summary>
    ReadOnlySpan<ulong> Get(int rank, ref ulong[] buffer);
}
