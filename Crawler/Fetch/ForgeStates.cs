using DataForge.Corpus;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Fetch;

/// <summary>The states of a forge's repositories, as the catalog stores them.</summary>
internal static class ForgeStates
{
    /// <summary>The state of a repository after an attempt to fetch it.</summary>
    /// <param name="facts">What is known about it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="pushedAt">When it was last pushed to.</param>
    /// <param name="fault">Why it could not be fetched; null if it could.</param>
    public static RepositoryState Of(RepositoryFacts facts, string name, DateTimeOffset? pushedAt, FetchException? fault) => new(
        facts.Id, StatusOf(fault?.Rule), name, facts.Commit, pushedAt, fault is null or { Rule: RuleNames.Empty } ? null : fault.Message);

    private static RepositoryStatus StatusOf(string? rule) => rule switch
    {
        null => RepositoryStatus.Present,
        RuleNames.Empty => RepositoryStatus.Empty,
        RuleNames.Vanished => RepositoryStatus.Vanished,
        RuleNames.Private => RepositoryStatus.Private,
        RuleNames.Blocked => RepositoryStatus.Blocked,
        _ => RepositoryStatus.Failed,
    };
}
