using System.Globalization;
using DataForge.Corpus;

namespace DataForge.Crawler.Rows;

/// <summary>What a row says about its file and its repository. Its content is read only when it is stored.</summary>
internal struct Row
{
    /// <summary>Why a row whose content is null is not stored.</summary>
    public const string NullContent = "the content is null";

    /// <summary>The repository's name.</summary>
    public string? Repository;

    /// <summary>The file's path (<see cref="Sources.PathText"/>).</summary>
    public string? Path;

    /// <summary>The repository's licence.</summary>
    public string? License;

    /// <summary>The repository's licences, where the row has a list of them.</summary>
    public string[]? Licenses;

    /// <summary>When the repository was created (<see cref="Time"/>).</summary>
    public string? CreatedAt;

    /// <summary>The commit's id.</summary>
    public string? Commit;

    /// <summary>The repository's stars.</summary>
    public int? Stars;

    /// <summary>The repository's forks.</summary>
    public int? Forks;

    /// <summary>Whether the repository is a fork.</summary>
    public bool? IsFork;

    /// <summary>Whether its content is null, so that there is no file to store.</summary>
    public bool IsContentNull;

    /// <summary>A creation time in the one form that can be compared as text: ISO 8601 in UTC, to the second; null for no text.</summary>
    /// <exception cref="FormatException">The text is not a time.</exception>
    public static string? Time(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        string plain = text.EndsWith(" UTC", StringComparison.Ordinal) ? text[..^4] : text;
        return DateTimeOffset.TryParse(
            plain, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : throw new FormatException($"'{text}' is no time in ISO 8601");
    }
}

/// <summary>
/// A repository assembled from rows: what its rows say, combined so that their order does not matter.
/// </summary>
internal sealed class RowRepository(long id, string name, string kind)
{
    // A bound against damaged input; GitHub's longest owner/name has 140 characters.
    private const int LongestName = 1000;
    private readonly SortedSet<string> _licenses = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _commits = new(StringComparer.Ordinal);
    private UInt128 _sum;
    private long _rows;
    private int? _stars;
    private int? _forks;
    private bool? _isFork;
    private string? _createdAt;

    /// <summary>Its number.</summary>
    public long Id => id;

    /// <summary>The position of its first row in the sorted index.</summary>
    public int First { get; set; }

    /// <summary>How many rows it has.</summary>
    public int Count { get; set; }

    /// <summary>
    /// The repository's facts: the most stars and forks of any row, a fork where any row says so, the earliest creation, the commit where
    /// all rows agree. Different licences are joined by AND: which of them covers a file is unknown, so all must be kept.
    /// </summary>
    public RepositoryFacts Facts() => new()
    {
        Id = id,
        Name = name,
        Source = kind,
        Commit = _commits.Count == 1 ? _commits.Min : null,
        Stars = _stars,
        Forks = _forks,
        IsFork = _isFork,
        CreatedAt = _createdAt,
        ForgeLicense = _licenses.Count == 0 ? null : string.Join(" AND ", _licenses),
    };

    /// <summary>The count of its rows and the sum of their hashes, which do not depend on their order.</summary>
    public string Signature => $"{_rows} {_sum:x32}";

    /// <summary>Adds a row.</summary>
    /// <param name="row">The row's fields.</param>
    /// <param name="hash">The first 128 bits of SHA-256 over the whole row.</param>
    public void Add(in Row row, UInt128 hash)
    {
        _rows++;
        _sum = unchecked(_sum + hash);
        AddText(_licenses, row.License);
        foreach (string license in row.Licenses ?? [])
        {
            AddText(_licenses, license);
        }

        AddText(_commits, row.Commit);
        _stars = Max(_stars, row.Stars);
        _forks = Max(_forks, row.Forks);
        _isFork = row.IsFork is null ? _isFork : row.IsFork.Value || _isFork == true;
        _createdAt = row.CreatedAt is not null && string.CompareOrdinal(row.CreatedAt, _createdAt ?? "~") < 0 ? row.CreatedAt : _createdAt;
    }

    /// <summary>Why a row cannot be used; null if it can be.</summary>
    public static string? Fault(in Row row) =>
        string.IsNullOrEmpty(row.Repository) ? "it names no repository"
        : row.Repository.Length > LongestName ? $"its repository's name is longer than {LongestName} characters"
        : row.Path is null ? "it has no path"
        : row.Stars < 0 || row.Forks < 0 ? "its stars or forks are below 0"
        : null;

    private static int? Max(int? left, int? right) => left is null ? right : right is null ? left : Math.Max(left.Value, right.Value);

    private static void AddText(SortedSet<string> texts, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            texts.Add(text);
        }
    }
}
