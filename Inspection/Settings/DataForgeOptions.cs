using DataForge.Cleaner;
using DataForge.Crawler;
using DataForge.Dedup;
using DataForge.Pretrain;

namespace DataForge.Inspection.Settings;

/// <summary>All options of a run, one section per stage.</summary>
public sealed class DataForgeOptions
{
    /// <summary>Sources of files, and the size of raw parts.</summary>
    public CrawlOptions Crawl { get; set; } = new();

    /// <summary>Rules, licences, redaction.</summary>
    public CleanOptions Clean { get; set; } = new();

    /// <summary>Near-duplicate removal and the dataset's shards.</summary>
    public DedupOptions Dedup { get; set; } = new();

    /// <summary>The tokenizer, token shards, and the held-out split.</summary>
    public TokenizeOptions Tokenize { get; set; } = new();

    /// <summary>The model and its training.</summary>
    public PretrainOptions Pretrain { get; set; } = new();
}
