using System.Data.Common;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Storage;

/// <summary>The repositories that the ledger's windows hold, each with the facts of the day.</summary>
internal sealed partial class Catalog
{
    // Bits of the column flags.
    private const int Fork = 1;
    private const int Private = 2;
    private const int Archived = 4;
    private const int Disabled = 8;

    private const string MemberColumns =
        "m.repository, m.name, m.clone_url, m.branch, m.stars, m.forks, m.kilobytes, m.flags, m.created_at, m.pushed_at, m.updated_at, m.license";

    /// <inheritdoc/>
    public IReadOnlyList<DiscoveredRepository> Members(string query, string text) => Read(
        $"""
        SELECT {MemberColumns} FROM members m WHERE m.window_number = (SELECT number FROM windows WHERE query = $q AND text = $t)
        ORDER BY m.repository
        """,
        ReadRepository, ("$q", query), ("$t", text));

    /// <inheritdoc/>
    public IEnumerable<DiscoveredRepository> Repositories(string query)
    {
        if (Scalar("SELECT number FROM queries WHERE query = $q", ("$q", query)) is not { } number)
        {
            yield break;
        }

        for (long last = long.MinValue; ;)
        {
            List<(DiscoveredRepository Repository, string Window)> page = Read(
                $"""
                SELECT {MemberColumns}, (SELECT w.text FROM windows w WHERE w.number = m.window_number) FROM members m
                WHERE m.repository > $last AND m.query_number = $q ORDER BY m.repository LIMIT {PageRows}
                """,
                static reader => (ReadRepository(reader), reader.GetString(12)), ("$last", last), ("$q", number));

            // Of the last repository of a full page there may be more rows: the next page begins with it. No more windows hold a
            // repository than it has changed from one to another while a round was read.
            bool isLast = page.Count < PageRows;
            long end = isLast || page[0].Repository.Id == page[^1].Repository.Id ? long.MaxValue : page[^1].Repository.Id;
            foreach (IGrouping<long, (DiscoveredRepository, string)> rows in page.GroupBy(row => row.Repository.Id))
            {
                if (rows.Key == end)
                {
                    break;
                }

                yield return Latest(rows)!;
                last = rows.Key;
            }

            if (isLast)
            {
                yield break;
            }
        }
    }

    /// <summary>A repository as some window last described it; null where none holds it.</summary>
    public DiscoveredRepository? FindRepository(long id) => Read(
        $"SELECT {MemberColumns} FROM members m WHERE m.repository = $r ORDER BY COALESCE(m.updated_at, {long.MinValue + 1}) DESC LIMIT 1",
        ReadRepository, ("$r", id)).FirstOrDefault();

    /// <summary>A repository as <see cref="Repositories(string)"/> gives it for a query; null where none of its windows holds it.</summary>
    public DiscoveredRepository? FindRepository(long id, string query) => Latest(Read(
        $"""
        SELECT {MemberColumns}, w.text FROM members m JOIN windows w ON w.number = m.window_number
        WHERE m.repository = $r AND m.query_number = (SELECT number FROM queries WHERE query = $q)
        """,
        static reader => (Repository: ReadRepository(reader), Window: reader.GetString(12)), ("$r", id), ("$q", query)));

    // Of one repository's rows the latest speaks; of equally late ones that of the first window.
    private static DiscoveredRepository? Latest(IEnumerable<(DiscoveredRepository Repository, string Window)> rows) => rows
        .OrderByDescending(row => row.Repository.UpdatedAt).ThenBy(row => row.Window, StringComparer.Ordinal)
        .FirstOrDefault().Repository;

    private void AddMembers(long query, long window, IEnumerable<DiscoveredRepository> members) => _database.ExecuteMany(
        """
        INSERT INTO members
          (window_number, repository, query_number, name, clone_url, branch, stars, forks, kilobytes, flags, created_at, pushed_at, updated_at, license)
        VALUES ($w, $r, $q, $n, $c, $b, $s, $f, $k, $g, $t, $p, $u, $l)
        """,
        ["$w", "$r", "$q", "$n", "$c", "$b", "$s", "$f", "$k", "$g", "$t", "$p", "$u", "$l"],
        members.OrderBy(member => member.Id).Select(member => new object?[]
        {
            window, member.Id, query, member.FullName, member.CloneUrl, member.DefaultBranch, member.Stars, member.Forks, member.SizeKilobytes,
            (member.IsFork ? Fork : 0) | (member.IsPrivate ? Private : 0) | (member.IsArchived ? Archived : 0) | (member.IsDisabled ? Disabled : 0),
            member.CreatedAt.ToUnixTimeSeconds(), member.PushedAt?.ToUnixTimeSeconds(), member.UpdatedAt?.ToUnixTimeSeconds(),
            member.LicenseSpdx,
        }));

    private static DiscoveredRepository ReadRepository(DbDataReader reader)
    {
        long flags = reader.GetInt64(7);
        return new DiscoveredRepository
        {
            Id = reader.GetInt64(0),
            FullName = reader.GetString(1),
            CloneUrl = reader.GetString(2),
            DefaultBranch = reader.GetString(3),
            Stars = reader.GetInt64(4),
            Forks = reader.GetInt64(5),
            SizeKilobytes = reader.GetInt64(6),
            IsFork = (flags & Fork) != 0,
            IsPrivate = (flags & Private) != 0,
            IsArchived = (flags & Archived) != 0,
            IsDisabled = (flags & Disabled) != 0,
            CreatedAt = DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(8)),
            PushedAt = Time(reader, 9),
            UpdatedAt = Time(reader, 10),
            LicenseSpdx = reader.IsDBNull(11) ? null : reader.GetString(11),
        };
    }

    private static DateTimeOffset? Time(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(column));
}
