namespace DataForge.Corpus.Events;

/// <summary>
/// Reads event logs while they are written: each call gives the events since the one before. Only complete lines are read.
/// </summary>
/// <param name="folder">The folder of the logs, which need not exist yet.</param>
/// <param name="nameEnd">How the names of the logs end that are read, such as <c>.jsonl</c> for all.</param>
/// <param name="since">Logs that were last written to before this time are left out.</param>
public sealed class EventTail(string folder, string nameEnd, DateTime since = default) : IDisposable
{
    private const int BufferBytes = 1 << 16;

    // A line of this length is no event of ours.
    private const int MostLineBytes = 1 << 24;

    private readonly SortedDictionary<string, Log> _logs = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>The events since the last call, in the order of the logs' names and lines.</summary>
    /// <exception cref="IOException">A log cannot be read.</exception>
    public IEnumerable<Event> ReadNew()
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (string file in Directory.EnumerateFiles(folder, "*" + nameEnd))
        {
            if (!_logs.ContainsKey(file) && File.GetLastWriteTimeUtc(file) >= since)
            {
                _logs[file] = new Log(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1));
            }
        }

        foreach (Log log in _logs.Values)
        {
            int count;
            while ((count = log.File.Read(_buffer)) > 0)
            {
                foreach (Event read in Take(log, count))
                {
                    yield return read;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Log log in _logs.Values)
        {
            log.File.Dispose();
        }
    }

    private IEnumerable<Event> Take(Log log, int count)
    {
        int start = 0;
        int end;
        while ((end = Array.IndexOf(_buffer, (byte)'\n', start, count - start)) >= 0)
        {
            log.Line.Write(_buffer, start, end - start);
            start = end + 1;
            if (EventLog.Parse(log.Line.GetBuffer().AsSpan(0, (int)log.Line.Length)) is { } read)
            {
                yield return read;
            }

            log.Line.SetLength(0);
        }

        if (log.Line.Length < MostLineBytes)
        {
            log.Line.Write(_buffer, start, count - start);
        }
    }

    // A file, and the part of its last line that is there.
    private sealed record Log(FileStream File)
    {
        internal MemoryStream Line { get; } = new();
    }
}
