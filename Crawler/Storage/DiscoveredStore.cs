using System.Data.Common;
using DataForge.Crawler.GitHub;

namespace DataForge.Crawler.Storage;

/// <summary>The repositories in the ledger's windows, each with its facts on the day of the search (table <c>members</c>).</summary>
internal sealed class DiscoveredStore(CatalogConnection connection)
{
    /// <summary>The columns that <see cref="ReadRepository"/> reads, of a table with the alias m.</summary>
    internal const string Columns =
        "m.repository, m.name, m.clone_url, m.branch, m.stars, m.forks, m.kilobytes, m.flags, "
        + "m.created_at, m.pushed_at, m.updated_at, m.license";

    // The column after those.
    private const int WindowColumn = 12;

    // Bits of the column flags.
    private const int Fork = 1;
    private const int Private = 2;
    private const int Archived = 4;
    private const int Disabled = 8;

    /// <summary>The repositories of one window, in order of their ids.</summary>
    public IReadOnlyList<DiscoveredRepository> InWindow(string query, string text) => connection.Run(session => session.Read(
        $"""
        SELECT {Columns} FROM members m WHERE m.window_number = (SELECT number FROM windows WHERE query = $q AND text = $t)
        ORDER BY m.repository
        """,
        ReadRepository, ("$q", query), ("$t", text)));

    /// <summary>The repositories of a query (<see cref="ILedger.Repositories"/>), read in pages as the caller asks for them.</summary>
    public IEnumerable<DiscoveredRepository> OfQuery(string query)
    {
        if (connection.Run(session => session.Scalar("SELECT number FROM queries WHERE query = $q", ("$q", query))) is not { } number)
        {
            yield break;
        }

        for (long last = long.MinValue; ;)
        {
            long after = last;
            List<(DiscoveredRepository Repository, string Window)> page = connection.Run(session => session.Read(
                $"""
                SELECT {Columns}, (SELECT w.text FROM windows w WHERE w.number = m.window_number) FROM members m
                WHERE m.repository > $last AND m.query_number = $q ORDER BY m.repository LIMIT {Paging.Rows}
                """,
                ReadRow, ("$last", after), ("$q", number)));

            // The last repository of a full page may have more rows: the next page begins with it. A repository is in more than one window
            // only where it moved between windows while a round was read, so its rows always fit into a page.
            bool isLast = page.Count < Paging.Rows;
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

    /// <summary>A repository as the window that was updated last describes it; null if no window has it.</summary>
    public DiscoveredRepository? Find(long id) => connection.Run(session => session.Read(
        $"SELECT {Columns} FROM members m WHERE m.repository = $r ORDER BY COALESCE(m.updated_at, {long.MinValue + 1}) DESC LIMIT 1",
        ReadRepository, ("$r", id))).FirstOrDefault();

    /// <summary>A repository as <see cref="OfQuery"/> gives it for a query; null if none of the query's windows has it.</summary>
    public DiscoveredRepository? Find(long id, string query) => Latest(connection.Run(session => session.Read(
        $"""
        SELECT {Columns}, w.text FROM members m JOIN windows w ON w.number = m.window_number
        WHERE m.repository = $r AND m.query_number = (SELECT number FROM queries WHERE query = $q)
        """,
        ReadRow, ("$r", id), ("$q", query))));

    /// <summary>Replaces the repositories of a window.</summary>
    internal static void Replace(CatalogTransaction transaction, long query, long window, IEnumerable<DiscoveredRepository> repositories)
    {
        transaction.Execute("DELETE FROM members WHERE window_number = $n", ("$n", window));
        transaction.Database.ExecuteMany(
            """
            INSERT INTO members
              (window_number, repository, query_number, name, clone_url, branch, stars, forks, kilobytes, flags, created_at, pushed_at,
               updated_at, license)
            VALUES ($w, $r, $q, $n, $c, $b, $s, $f, $k, $g, $t, $p, $u, $l)
            """,
            ["$w", "$r", "$q", "$n", "$c", "$b", "$s", "$f", "$k", "$g", "$t", "$p", "$u", "$l"],
            repositories.OrderBy(repository => repository.Id).Select(repository => new object?[]
            {
                window, repository.Id, query, repository.FullName, repository.CloneUrl, repository.DefaultBranch, repository.Stars,
                repository.Forks, repository.SizeKilobytes, Flags(repository), repository.CreatedAt.ToUnixTimeSeconds(),
                repository.PushedAt?.ToUnixTimeSeconds(), repository.UpdatedAt?.ToUnixTimeSeconds(), repository.LicenseSpdx,
            }));
    }

    // Of one repository's rows the one updated last; of equally late ones that of the first window.
    private static DiscoveredRepository? Latest(IEnumerable<(DiscoveredRepository Repository, string Window)> rows) => rows
        .OrderByDescending(row => row.Repository.UpdatedAt).ThenBy(row => row.Window, StringComparer.Ordinal)
        .FirstOrDefault().Repository;

    private static int Flags(DiscoveredRepository repository) =>
        (repository.IsFork ? Fork : 0) | (repository.IsPrivate ? Private : 0)
        | (repository.IsArchived ? Archived : 0) | (repository.IsDisabled ? Disabled : 0);

    private static (DiscoveredRepository Repository, string Window) ReadRow(DbDataReader reader) =>
        (ReadRepository(reader), reader.GetString(WindowColumn));

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
            PushedAt = reader.TimeOrNull(9),
            UpdatedAt = reader.TimeOrNull(10),
            LicenseSpdx = reader.TextOrNull(11),
        };
    }
}
