namespace DataForge.Python;

/// <summary>Line breaks as Python has them: line feeds, carriage returns, and both together as one.</summary>
internal static class LineBreaks
{
    /// <summary>Line breaks between two offsets; a carriage return with its line feed counts once, at the line feed.</summary>
    public static int Count(ReadOnlySpan<byte> source, int from, int to)
    {
        ReadOnlySpan<byte> part = source[from..to];
        if (part.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            return 0;
        }

        int lines = part.Count((byte)'\n');
        int returns = part.Count((byte)'\r');
        if (returns > 0)
        {
            lines += returns - part.Count("\r\n"u8);
            if (part[^1] == '\r' && to < source.Length && source[to] == '\n')
            {
                lines--;
            }
        }

        return lines;
    }
}
