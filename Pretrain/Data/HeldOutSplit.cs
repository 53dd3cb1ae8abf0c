using System.Globalization;

namespace DataForge.Pretrain.Data;

/// <summary>What is held out for validation.</summary>
public sealed record HeldOutOptions
{
    /// <summary>The share of the whole that is aimed at: above 0, at most 0.25; default 2 %.</summary>
    public double Share { get; init; } = 0.02;

    /// <summary>The least that is aimed at, in the unit of the sizes; never more than a quarter of the whole. Default 0.</summary>
    public long MinSize { get; init; }

    /// <summary>The least number of repositories; default 10.</summary>
    public int MinRepositories { get; init; } = 10;

    /// <summary>
    /// The largest share of what is held out that one repository may have. Default 15 %: sizes are mostly known in bytes when the choice is
    /// made, and tokens to the byte differ by less than a third between repositories, so no one has more than 20 % of the tokens.
    /// </summary>
    public double MaxRepositoryShare { get; init; } = 0.15;

    /// <summary>The largest share of the documents held out that one repository may have. Default 20 %.</summary>
    public double MaxDocumentShare { get; init; } = 0.2;

    /// <summary>Chooses among the repositories.</summary>
    public ulong Seed { get; init; }
}

/// <summary>
/// Which repositories are held out: whole ones, since files of one repository resemble each other.
/// </summary>
/// <remarks>
/// The rule: go through the repositories in the order of a seeded hash of their names and take each that is not larger than
/// MaxRepositoryShare · target, until the target and the least number of repositories are reached and none has more than MaxDocumentShare of
/// the documents. Larger ones are passed over and stay in training, whole. What is taken is at least the target, so no repository has more
/// than MaxRepositoryShare of it. Where twice the target does not bring the documents' shares down, repositories with very many documents
/// are passed over as well, and at last more is taken, but never half of the whole.
/// Where that cannot be done the target is tried 1.25 times as large, 1.25 times as small, 1.25² as large, and so on, up to a quarter of
/// the whole. Where nothing does, a quarter of the repositories, the smallest, at most MinRepositories, is held out, and
/// <see cref="Problem"/> says what is amiss.
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

    /// <summary>What they hold, in the unit of the sizes.</summary>
    public long ValidationSize { get; }

    /// <summary>What all repositories hold.</summary>
    public long TotalSize { get; }

    /// <summary>Which promise could not be kept, or null.</summary>
    public string? Problem { get; }

    /// <summary>Whether a repository is held out.</summary>
    public bool IsValidation(string repository) => _validation.Contains(repository);

    /// <summary>Chooses. The order in which repositories are given does not matter.</summary>
    /// <param name="repositories">Every repository, how much it holds in bytes or tokens, and its documents; one named twice is added up.</param>
    /// <param name="options">What is held out.</param>
    public static HeldOutSplit Choose(IEnumerable<(string Name, long Size, long Documents)> repositories, HeldOutOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Share, LargestShare);
        Repository[] all = [.. repositories.GroupBy(repository => repository.Name, StringComparer.Ordinal)
            .Select(group => new Repository(
                group.Key, group.Sum(repository => repository.Size), group.Sum(repository => repository.Documents), SeededHash.Of(options.Seed, group.Key)))
            .Where(repository => repository.Size > 0)
            .OrderBy(repository => repository.Hash).ThenBy(repository => repository.Name, StringComparer.Ordinal)];
        long total = all.Sum(repository => repository.Size);
        double largest = total * LargestShare;
        double target = Math.Min(largest, Math.Max(total * options.Share, options.MinSize));
        // At most twice the target; only where no target can be met so, more, but never half of the whole.
        List<Repository>? chosen = Search(all, target, largest, up => 2 * up, options) ?? Search(all, target, largest, _ => 2 * largest, options);
        if (chosen is not null)
        {
            return new HeldOutSplit(chosen, total, problem: null);
        }

        int few = Math.Min(options.MinRepositories, all.Length / 4);
        return new HeldOutSplit(all.OrderBy(repository => repository.Size).Take(few), total, string.Create(CultureInfo.InvariantCulture,
            $"of {all.Length} repositories no {options.MinRepositories} can be held out with none above {options.MaxRepositoryShare:P0} of them and at most "
            + $"{LargestShare:P0} of the whole; {few} are. Add sources with more repositories for a validation loss to rely on."));
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

    /// <summary>Takes repositories for a target; where one with very many documents spoils it, again without the likes of it.</summary>
    private static List<Repository>? TrySelect(Repository[] all, double target, double limit, HeldOutOptions options)
    {
        List<Repository>? taken = TrySelect(all, target, limit, double.PositiveInfinity, options);
        // What one repository could have, were its documents of the usual size; from four times that down to an eighth.
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
                return null;   // one repository's documents would have to be thinned out with far more than was asked for
            }
        }

        return null;
    }

    private sealed record Repository(string Name, long Size, long Documents, ulong Hash);
}
