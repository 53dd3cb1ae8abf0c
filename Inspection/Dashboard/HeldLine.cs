using DataForge.Corpus.Events;

namespace DataForge.Inspection.Dashboard;

/// <summary>A line of an event log that is parsed later, and only where no other one takes its place.</summary>
internal sealed class HeldLine
{
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Holds a line in place of the one before.</summary>
    public void Hold(EventLine line)
    {
        if (_bytes.Length < line.Bytes.Length)
        {
            _bytes = new byte[2 * line.Bytes.Length];
        }

        line.Bytes.CopyTo(_bytes);
        _length = line.Bytes.Length;
    }

    /// <summary>The event of the line that is held, which is held no longer; null where there is none.</summary>
    public Event? Take()
    {
        Event? entry = _length > 0 ? new EventLine(_bytes.AsSpan(0, _length)).Parse() : null;
        _length = 0;
        return entry;
    }

    /// <summary>Holds no line any more.</summary>
    public void Clear() => _length = 0;
}
