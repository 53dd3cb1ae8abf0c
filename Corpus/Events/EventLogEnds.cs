namespace DataForge.Corpus.Events;

/// <summary>The first event of a log and its last ones, read without what is between them.</summary>
/// <param name="First">The first event; null if the log has none.</param>
/// <param name="Last">The last events, in order: those in the last kilobytes of the log, at least one where there is any.</param>
public sealed record EventLogEnds(Event? First, IReadOnlyList<Event> Last)
{
    private const int TailBytes = 8 << 10;
    private const int MostTailBytes = 1 << 20;

    /// <summary>Reads the ends of a log.</summary>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public static EventLogEnds Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Event? first = null;
        for (int bytes = TailBytes; ; bytes *= 8)
        {
            byte[] read = ReadAt(file, 0, bytes);
            if (Events(read, isWhole: true) is [{ } head, ..])
            {
                first = head;
                break;
            }

            if (read.Length < bytes || bytes >= MostTailBytes)
            {
                break;
            }
        }

        long length = file.Length;
        for (int bytes = TailBytes; ; bytes *= 8)
        {
            long from = Math.Max(0, length - bytes);
            List<Event> last = Events(ReadAt(file, from, bytes), isWhole: from == 0);
            if (last.Count > 0 || from == 0 || bytes >= MostTailBytes)
            {
                return new EventLogEnds(first, last);
            }
        }
    }

    private static byte[] ReadAt(FileStream file, long from, int bytes)
    {
        byte[] buffer = new byte[bytes];
        file.Position = from;
        return buffer[..file.ReadAtLeast(buffer, bytes, throwOnEndOfStream: false)];
    }

    // Only complete lines; the first one is complete where the bytes begin with the log.
    private static List<Event> Events(byte[] bytes, bool isWhole)
    {
        var events = new List<Event>();
        int start = isWhole ? 0 : Array.IndexOf(bytes, (byte)'\n') + 1;
        int end;
        while (start < bytes.Length && (end = Array.IndexOf(bytes, (byte)'\n', start)) >= 0)
        {
            if (EventLog.Parse(bytes.AsSpan(start, end - start)) is { } parsed)
            {
                events.Add(parsed);
            }

            start = end + 1;
        }

        return events;
    }
}
