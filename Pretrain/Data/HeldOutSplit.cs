using System.Globalization;

namespace DataForge.Pretrain.Data;

/// <summary>How much is held out for validation.</summary>
public sealed record HeldOutOptions
{
    /// <summary>The target, as a share of the whole: above 0, at most 0.25; default 2 %.</summary>
    public double Share { get; init; } = 0.02;

    /// <summary>The least target, in the unit of the sizes; never more than a quarter of the whole. Default 0.</summary>
    public long MinSize { get; init; }

    /// <summary>The least number of repositories; default 10.</summary>
    public int MinRepositories { get; init; } = 10;

    /// <summary>
    /// The largest share of the held-out size that one repository may have. Default 15 %: sizes are mostly known in bytes when the choice
    /// is made, and tokens per byte differ by less than a third between repositories, so none has more than 20 % of the tokens.
    /// </summary>
    public double MaxRepositoryShare { get; init; } = 0.15;

    /// <summary>The largest share of the held-out documents that one repository may have. Default 20 %.</summary>
    public double MaxDocumentShare { get; init; } = 0.2;

    /// <summary>Seed of the choice.</summary>
    public ulong Seed { get; init; }
}

/// <summary>
/// Chooses the repositories that are held out. Repositories are held out whole, since files of one repository resemble each other.
/// </summary>
/// <remarks>
/// The rule: go through the repositories in the order of a seeded hash of their names and take each that is not larger than
/// MaxRepositoryShare · target, until the target and the least number of repositories are reached and none has more than
/// MaxDocumentShare of the documents. Larger ones are skipped and stay in training, whole. What is taken is at least the target, so no
/// repository has more than MaxRepositoryShare of it. Where twice the target does not reduce the share of documents enough, repositories
/// with very many documents are skipped as well; as a last resort more is taken, but never half of the whole. Where no choice satisfies
/// the rule, the target is tried 1.25 times as large, 1.25 times as small, 1.25² times as large, and so on, up to a quarter of the
/// whole. Where none does, a quarter of the repositories, the smallest, at most MinRepositories, is held out, and <see cref="Problem"/>
/// says which condition is not met.
/// </remarks>
public sealed class HeldOutSplit
{
    private const double LargestShare = 0.25, Factor = 1.25;

    private readonly HashSet<string> _validation;

    private HeldOutSplit(IEnumerable<Repository> chosen, long total, string? problem)
    {
        Repository[] list = [.. chosen];
        _validation = new HashSet<string>(list.Select(repository => repository.Name), StringComparer.Ordinal);
        ValidationSize = list.Sum(repository => repository.Size);
        TotalSize = total;
        Problem = problem;
    }

    /// <summary>The number of repositories held out.</summary>
    public int Repositories => _validation.Count;

    /// <summary>The size of the held-out repositories, in the unit of the sizes.</summary>
    public long ValidationSize { get; }

    /// <summary>The size of all repositories.</summary>
    public long TotalSize { get; }

    /// <summary>Which condition could not be met, in a sentence; or null.</summary>
    public string? Problem { get; }

    /// <summary>Whether a repository is held out.</summary>
    public bool IsValidation(string repository) => _validation.Contains(repository);

    /// <summary>Chooses the repositories. The order in which they are given does not matter.</summary>
    /// <param name="repositories">All repositories with their size in bytes or tokens and their documents; those with one name are
    /// added.</param>
    /// <param name="options">How much is held out.</param>
    public static HeldOutSplit Choose(IEnumerable<(string Name, long Size, long Documents)> repositories, HeldOutOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Share, LargestShare);
        Repository[] all = [.. repositories.GroupBy(repository => repository.Name, StringComparer.Ordinal)
            .Select(group => new Repository(
                group.Key, group.Sum(repository => repository.Size), group.Sum(repository => repository.Documents),
                SeededHash.Of(options.Seed, group.Key)))
            .Where(repository => repository.Size > 0)
            .OrderBy(repository => repository.Hash).ThenBy(repository => repository.Name, StringComparer.Ordinal)];
        long total = all.Sum(repository => repository.Size);
        double largest = total * LargestShare;
        double target = Math.Min(largest, Math.Max(total * options.Share, options.MinSize));
        // At most twice the target; only where no target can be met that way, more, but never half of the whole.
        List<Repository>? chosen = Search(all, target, largest, tried => 2 * tried, options)
            ?? Search(all, target, largest, _ => 2 * largest, options);
        if (chosen is not null)
        {
            return new HeldOutSplit(chosen, total, problem: null);
        }

        int fallback = Math.Min(options.MinRepositories, all.Length / 4);
        return new HeldOutSplit(all.OrderBy(repository => repository.Size).Take(fallback), total, string.Create(
            CultureInfo.InvariantCulture,
            $"only {fallback} of {all.Length} repositories could be held out for the validation loss, not {options.MinRepositories}: each "
            + $"may be at most {options.MaxRepositoryShare:P0} of the part held out, and that part at most {LargestShare:P0} of the whole. "
            + $"Add sources with more repositories for a validation loss to rely on."));
    }

    private static List<Repository>? Search(
        Repository[] all, double target, double largest, Func<double, double> limit, HeldOutOptions options)
    {
        for (double up = target, down = target; all.Length > 0 && (up <= largest || down >= 1); up *= Factor, down /= Factor)
        {
            List<Repository>? taken = up <= largest ? TrySelect(all, up, limit(up), options) : null;
            taken ??= down < up ? TrySelect(all, down, limit(down), options) : null;
            if (taken is not null)
            {
                return taken;
            }
        }

        return null;
    }

    /// <summary>Selects repositories for a target; where those with very many documents prevent it, tries again without them.</summary>
    private static List<Repository>? TrySelect(Repository[] all, double target, double limit, HeldOutOptions options)
    {
        List<Repository>? taken = TrySelect(all, target, limit, double.PositiveInfinity, options);
        // The documents that one repository could have if they were of average size; tried from four times that down to an eighth.
        double documents = options.MaxDocumentShare * target
            * all.Sum(repository => repository.Documents) / all.Sum(repository => repository.Size);
        for (double most = 4 * documents; taken is null && most >= documents / 8; most /= 2)
        {
            taken = TrySelect(all, target, limit, most, options);
        }

        return taken;
    }

    private static List<Repository>? TrySelect(
        Repository[] all, double target, double limit, double mostDocuments, HeldOutOptions options)
    {
        List<Repository> taken = [];
        long size = 0, documents = 0, most = 0;
        foreach (Repository repository in all)
        {
            if (repository.Size > target * options.MaxRepositoryShare || repository.Documents > mostDocuments)
            {
                continue;
            }

            taken.Add(repository);
            size += repository.Size;
            documents += repository.Documents;
            most = Math.Max(most, repository.Documents);
            if (size >= target && taken.Count >= options.MinRepositories && most <= documents * options.MaxDocumentShare)
            {
                return taken;
            }

            if (size > limit && taken.Count >= options.MinRepositories)
            {
                return null; // one repository has so many documents that far more than the target would have to be held out
            }
        }

        return null;
    }

    private sealed record Repository(string Name, long Size, long Documents, ulong Hash);
}
