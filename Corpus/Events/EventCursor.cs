namespace DataForge.Corpus.Events;

/// <summary>
/// Reads a run's event logs as they grow: each call gives the events that were appended since the one before. Between calls it holds no
/// file open, only how far each was read. Only complete lines are read. Not thread-safe.
/// </summary>
/// <param name="folder">The folder of the logs, which need not exist yet.</param>
/// <param name="nameEnd">How the names of the logs end that are read; <c>.jsonl</c> for all.</param>
/// <param name="since">Logs that were last written to before this time are left out.</param>
public sealed class EventCursor(string folder, string nameEnd = ".jsonl", DateTime since = default)
{
    private const int BufferBytes = 1 << 16;

    // A longer line is no event.
    private const int MostLineBytes = 1 << 24;

    // The bytes before a position are compared, to notice a log that was rewritten.
    private const int ComparedBytes = 128;

    private readonly SortedDictionary<string, Position> _positions = new(StringComparer.Ordinal);

    /// <summary>Receives a line, which is there during the call only.</summary>
    /// <param name="line">The line.</param>
    public delegate void LineReader(EventLine line);

    /// <summary>Reads what is new. Where a log was rewritten or removed, as by a removal request, all are read again.</summary>
    /// <param name="add">Receives each event.</param>
    /// <param name="restart">Called before the first event where all are read again: what was received before is void.</param>
    /// <exception cref="IOException">A log cannot be read.</exception>
    public void Read(Action<Event> add, Action restart) => ReadLines(
        line =>
        {
            if (line.Parse() is { } parsed)
            {
                add(parsed);
            }
        },
        restart);

    /// <summary>The same as <see cref="Read"/>, for a reader that parses only the lines that it needs.</summary>
    /// <param name="add">Receives each line, also those that are no event.</param>
    /// <param name="restart">Called before the first line where all are read again: what was received before is void.</param>
    /// <exception cref="IOException">A log cannot be read.</exception>
    public void ReadLines(LineReader add, Action restart)
    {
        string[] files = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*" + nameEnd).Where(file => File.GetLastWriteTimeUtc(file) >= since)]
            : [];
        Array.Sort(files, StringComparer.Ordinal);
        if (_positions.Any(position => !files.Contains(position.Key) || !position.Value.IsValid(position.Key)))
        {
            _positions.Clear();
            restart();
        }

        foreach (string file in files)
        {
            if (!_positions.TryGetValue(file, out Position? position))
            {
                _positions[file] = position = new Position();
            }

            if (new FileInfo(file).Length > position.Offset)
            {
                ReadFile(file, position, add);
            }
        }
    }

    private static void ReadFile(string path, Position position, LineReader add)
    {
        using FileStream file = Open(path);
        file.Position = position.Offset;
        byte[] buffer = new byte[BufferBytes];
        int held = 0;
        int count;
        while ((count = file.Read(buffer, held, buffer.Length - held)) > 0)
        {
            held += count;
            int start = 0;
            int length;
            while ((length = buffer.AsSpan(start, held - start).IndexOf((byte)'\n')) >= 0)
            {
                add(new EventLine(buffer.AsSpan(start, length)));
                start += length + 1;
            }

            bool isTooLong = start == 0 && held >= MostLineBytes;
            start = isTooLong ? held : start;
            position.Advance(buffer.AsSpan(0, start));
            buffer.AsSpan(start, held - start).CopyTo(buffer);
            held -= start;
            if (held == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    // How far a log was read, and the bytes before that.
    private sealed class Position
    {
        private byte[] _before = [];

        internal long Offset { get; private set; }

        internal void Advance(ReadOnlySpan<byte> read)
        {
            if (!read.IsEmpty)
            {
                Offset += read.Length;
                _before = read[^Math.Min(ComparedBytes, read.Length)..].ToArray();
            }
        }

        internal bool IsValid(string path)
        {
            var info = new FileInfo(path);
            if (!info.Exists || info.Length < Offset)
            {
                return false;
            }

            using FileStream file = Open(path);
            file.Position = Offset - _before.Length;
            byte[] now = new byte[_before.Length];
            return file.ReadAtLeast(now, now.Length, throwOnEndOfStream: false) == now.Length && now.AsSpan().SequenceEqual(_before);
        }
    }
}
