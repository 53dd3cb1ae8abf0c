using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>A repository that could not be fetched: one row, with path ".", says why.</summary>
internal sealed class FaultyRepository(RepositoryFacts facts, FetchException fault) : IOpenRepository
{
    /// <summary>The path of the row, which represents the whole repository.</summary>
    public const string Root = ".";

    /// <summary>The reason.</summary>
    public FetchException Fault => fault;

    /// <inheritdoc/>
    public RepositoryFacts Facts => facts;

    /// <inheritdoc/>
    public string Signature => SignatureOf(facts.Commit, fault.Rule);

    /// <summary>The signature of a repository that could not be fetched.</summary>
    /// <param name="commit">Its commit; null if it is unknown.</param>
    /// <param name="rule">The reason, one of <see cref="RuleNames"/>.</param>
    public static string SignatureOf(string? commit, string rule) => StageHash.Combine("fault", commit ?? "", rule);

    /// <summary>The row that says why.</summary>
    public static IReadOnlyList<FoundFile> Row(FetchException fault) =>
        [new FoundFile { Path = Root, Mode = GitMode.Folder, Kind = FileKind.Python, Fault = fault.Rule, Detail = fault.Detail }];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation) => new(Row(fault));

    /// <inheritdoc/>
    public ReadFile Read(FoundFile file) => ReadFile.Faulty(fault.Rule, fault.Detail);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
