using DataForge.Corpus.Events;

namespace DataForge.Inspection.Dashboard;

/// <summary>How far a stage has got, and how fast.</summary>
/// <param name="stage">The stage.</param>
internal sealed class StageWork(string stage)
{
    private readonly HashSet<string> _parts = new(StringComparer.Ordinal);
    private readonly HeldLine _line = new();
    private StageAdvanced? _progress;

    /// <summary>The stage.</summary>
    public string Stage => stage;

    /// <summary>Whether it finished since it last began.</summary>
    public bool IsDone { get; private set; }

    /// <summary>When it last began.</summary>
    public DateTimeOffset Began { get; private set; }

    /// <summary>How long it took, once it is done.</summary>
    public double Seconds { get; private set; }

    /// <summary>Parts that are complete.</summary>
    public int Parts => _parts.Count;

    /// <summary>Parts that were complete before it last began.</summary>
    public int Reused { get; private set; }

    /// <summary>What it last said about its progress; null if it has said nothing since it last began.</summary>
    public StageAdvanced? Progress => _progress = _line.Take() as StageAdvanced ?? _progress;

    /// <summary>The fastest it went: units a second over its whole work; 0 if unknown.</summary>
    public double Rate => Progress is { Seconds: > 0 } progress ? progress.Done / progress.Seconds : 0;

    /// <summary>Takes an event of this stage in.</summary>
    public void Add(Event entry)
    {
        switch (entry)
        {
            case StageStarted:
                (IsDone, Began, Reused, _progress) = (false, entry.Time, 0, null);
                _line.Clear();
                _parts.Clear();
                break;
            case StageAdvanced advanced:
                _progress = advanced;
                _line.Clear();
                break;
            case StageFinished finished:
                (IsDone, Seconds) = (true, finished.Seconds);
                break;
            case PartDone part:
                AddPart(part.Part, part.Reused);
                break;
        }
    }

    /// <summary>Takes in that a part is complete.</summary>
    /// <param name="part">The part.</param>
    /// <param name="isReused">Whether it was complete before.</param>
    public void AddPart(string part, bool isReused) => Reused += _parts.Add(part) && isReused ? 1 : 0;

    /// <summary>Takes in a line that tells how far the stage has got. Most are followed by another one, and never parsed.</summary>
    public void Advance(EventLine line) => _line.Hold(line);
}
