namespace DataForge.Orchestrator.OptOut;

/// <summary>What an opt-out removes from all runs together.</summary>
internal sealed record RunRemovalTotals
{
    /// <summary>Occurrences removed from cleaned and dropped files.</summary>
    public long Occurrences { get; set; }

    /// <summary>Contents removed because no occurrence of them remains.</summary>
    public long Contents { get; set; }

    /// <summary>Files removed from datasets.</summary>
    public long Files { get; set; }

    /// <summary>Files kept that are now attributed to another repository.</summary>
    public long Reattributed { get; set; }

    /// <summary>Duplicates that were dropped in favour of a file that is now removed.</summary>
    public long Orphans { get; set; }

    /// <summary>Documents removed from token shards.</summary>
    public long Documents { get; set; }

    /// <summary>Tokens removed from token shards.</summary>
    public long Tokens { get; set; }

    /// <summary>Files rewritten or removed.</summary>
    public int Rewritten { get; set; }

    /// <summary>Files that did not need to change.</summary>
    public int Untouched { get; set; }

    /// <summary>Further lines for the user.</summary>
    public List<string> Notes { get; } = [];
}
