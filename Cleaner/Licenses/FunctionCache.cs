namespace DataForge.Cleaner.Licenses;

/// <summary>
/// Keeps what a function returned, for keys that come back often: the sentences of notices are the same in thousands of files. Emptied when
/// it is full. Not safe from several threads.
/// </summary>
/// <typeparam name="TKey">What the function reads.</typeparam>
/// <typeparam name="TValue">What it returns.</typeparam>
internal sealed class FunctionCache<TKey, TValue>
    where TKey : notnull
{
    // At most 10 MB. A longer text hardly comes back.
    private const int MaxEntries = 4096;
    private const int MaxLength = 500;
    private readonly Dictionary<TKey, TValue> _known = [];

    /// <summary>What the function returns for a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="length">The characters of the key's text.</param>
    /// <param name="compute">The function; it depends on the key alone.</param>
    public TValue Of(TKey key, int length, Func<TKey, TValue> compute)
    {
        if (length > MaxLength)
        {
            return compute(key);
        }

        if (_known.TryGetValue(key, out TValue? value))
        {
            return value;
        }

        if (_known.Count >= MaxEntries)
        {
            _known.Clear();
        }

        return _known[key] = compute(key);
    }
}
