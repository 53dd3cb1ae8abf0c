namespace DataForge.Pretrain.Stages;

/// <summary>The lines of a stream as bytes, in memory that is bounded: a line longer than the limit is passed over, and told.</summary>
internal sealed class LimitedLines(Stream stream, int limit) : IDisposable
{
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private bool atEnd;

    /// <summary>The next line, without its end; valid until the next call.</summary>
    public bool Next(out ReadOnlyMemory<byte> line, out bool tooLong)
    {
        tooLong = false;
        int searched = start;
        while (true)
        {
            int newline = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (newline >= 0 || (atEnd && (end > start || tooLong)))
            {
                int stop = newline >= 0 ? searched + newline : end;
                line = tooLong ? default : buffer.AsMemory(start, stop - start);
                start = newline >= 0 ? stop + 1 : end;
                return true;
            }

            if (atEnd)
            {
                line = default;
                return false;
            }

            if (end - start > limit)
            {
                tooLong = true;
                start = end; // its rest is passed over as it comes
            }

            int read = Fill();
            searched = end - read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>Reads more behind what is held; gives how much.</summary>
    private int Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        int read = stream.Read(buffer, end, buffer.Length - end);
        atEnd = read == 0;
        end += read;
        return read;
    }
}
