using DataForge.Corpus;
using DataForge.Crawler.Sources;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Fetch;

/// <summary>What became of a forge's repositories, as the catalog keeps it.</summary>
internal static class ForgeStates
{
    /// <summary>The state of a repository that was asked for.</summary>
    public static RepositoryState Of(RepositoryFacts facts, string name, DateTimeOffset? pushedAt, FetchException? fault) => new(
        facts.Id, StatusOf(fault?.Rule), name, facts.Commit, pushedAt, fault is null or { Rule: FaultRules.Empty } ? null : fault.Message);

    private static RepositoryStatus StatusOf(string? rule) => rule switch
    {
        null => RepositoryStatus.Present,
        FaultRules.Empty => RepositoryStatus.Empty,
        FaultRules.Vanished => RepositoryStatus.Vanished,
        FaultRules.Private => RepositoryStatus.Private,
        FaultRules.Blocked => RepositoryStatus.Blocked,
        _ => RepositoryStatus.Failed,
    };
}
