namespace DataForge.Corpus.Runs;

/// <summary>The names of the pipeline's stages. They are spelled nowhere else.</summary>
public static class StageNames
{
    /// <summary>Finds repositories and stores their files in <c>raw/</c>.</summary>
    public const string Crawl = "crawl";

    /// <summary>Applies licences and rules.</summary>
    public const string Clean = "clean";

    /// <summary>Removes exact and near duplicates and writes the dataset.</summary>
    public const string Dedup = "dedup";

    /// <summary>Trains the tokenizer and writes token shards.</summary>
    public const string Tokenize = "tokenize";

    /// <summary>Trains the model and exports it.</summary>
    public const string Pretrain = "pretrain";

    /// <summary>Writes the report's page.</summary>
    public const string Report = "report";

    /// <summary>All stages, in the order they run.</summary>
    public static IReadOnlyList<string> All { get; } = [Crawl, Clean, Dedup, Tokenize, Pretrain, Report];
}
