using System.Globalization;
using DataForge.Corpus;

namespace DataForge.Crawler.Rows;

/// <summary>What a row says of its file and its repository; its content is read only when it is stored.</summary>
internal struct Row
{
    public string? Repository;
    public string? Path;
    public string? License;
    public string? CreatedAt;
    public string? Commit;
    public int? Stars;
    public int? Forks;
    public bool? IsFork;

    /// <summary>A creation time in the one form that compares as text: ISO 8601 in UTC, to the second.</summary>
    /// <exception cref="FormatException">It is no time.</exception>
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
/// A repository put together from rows in any order: what its rows say, joined so that their order does not matter.
/// </summary>
internal sealed class RowRepository(long id, string name, string kind)
{
    private const int LongestName = 1000;
    private readonly SortedSet<string> _licenses = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _commits = new(StringComparer.Ordinal);
    private UInt128 _sum;
    private long _rows;
    private int? _stars;
    private int? _forks;
    private bool? _isFork;
    private string? _createdAt;

    public long Id => id;

    /// <summary>Where its rows begin in the sorted index.</summary>
    public int First { get; set; }

    /// <summary>How many they are.</summary>
    public int Count { get; set; }

    /// <summary>
    /// Most stars and forks of any row, a fork where any row says so, the earliest creation, the commit where all rows agree. Different
    /// licences are joined by AND: nothing says which of them covers a file, so all must be kept.
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

    /// <summary>The sum of its rows' hashes, which does not depend on their order.</summary>
    public string Signature => $"{_rows} {_sum:x32}";

    /// <summary>Adds a row, by what it says and by 128 bits of a hash over all of it.</summary>
    public void Add(in Row row, UInt128 hash)
    {
        _rows++;
        _sum = unchecked(_sum + hash);
        AddText(_licenses, row.License);
        AddText(_commits, row.Commit);
        _stars = Most(_stars, row.Stars);
        _forks = Most(_forks, row.Forks);
        _isFork = row.IsFork is null ? _isFork : row.IsFork.Value || _isFork == true;
        _createdAt = row.CreatedAt is not null && string.CompareOrdinal(row.CreatedAt, _createdAt ?? "~") < 0 ? row.CreatedAt : _createdAt;
    }

    /// <summary>Why a row cannot be used; null where it can.</summary>
    public static string? Fault(in Row row) =>
        string.IsNullOrEmpty(row.Repository) ? "it names no repository"
        : row.Repository.Length > LongestName ? $"its repository's name is longer than {LongestName} characters"
        : row.Path is null ? "it has no path"
        : row.Stars < 0 || row.Forks < 0 ? "its stars or forks are below 0"
        : null;

    private static int? Most(int? left, int? right) => left is null ? right : right is null ? left : Math.Max(left.Value, right.Value);

    private static void AddText(SortedSet<string> texts, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            texts.Add(text);
        }
    }
}
