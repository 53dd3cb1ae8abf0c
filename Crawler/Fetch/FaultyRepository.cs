using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Fetch;

/// <summary>A repository of which nothing could be had: one row, of path ".", says why.</summary>
internal sealed class FaultyRepository(RepositoryFacts facts, FetchException fault) : IOpenRepository
{
    /// <summary>The path that stands for the whole repository.</summary>
    public const string Root = ".";

    /// <summary>The reason.</summary>
    public FetchException Fault => fault;

    public RepositoryFacts Facts => facts;

    public string Signature => SignatureOf(facts.Commit, fault.Rule);

    /// <summary>The signature of a repository that could not be had for a reason.</summary>
    public static string SignatureOf(string? commit, string rule) => StageHash.Combine("fault", commit ?? "", rule);

    /// <summary>The row.</summary>
    public static IReadOnlyList<FoundFile> Row(FetchException fault) =>
        [new FoundFile { Path = Root, Mode = GitMode.Folder, Kind = FileKind.Python, Fault = fault.Rule, Detail = fault.Detail }];

    public ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation) => new(Row(fault));

    public ReadFile Read(FoundFile file) => ReadFile.Faulty(fault.Rule, fault.Detail);

    public void Dispose()
    {
    }
}
