using System.Data.Common;

namespace DataForge.Crawler.Storage;

/// <summary>The status of each repository when it was last requested (table <c>repository_states</c>).</summary>
internal sealed class RepositoryStateStore(CatalogConnection connection)
{
    /// <summary>The columns that a state is read from.</summary>
    internal const string Columns = "repository, state, name, commit_id, pushed_at, detail";

    /// <summary>Sets the state of a repository, in place of the former one.</summary>
    public void Set(RepositoryState state) => connection.RunInTransaction(isDurable: false, transaction => Set(transaction, [state]));

    /// <summary>The state of a repository; null if it was never requested.</summary>
    public RepositoryState? Find(long repository) => connection.Run(session => session.Read(
        $"SELECT {Columns} FROM repository_states WHERE repository = $r", ReadState, ("$r", repository))).FirstOrDefault();

    /// <summary>The states of all repositories, in order of their ids; read in pages as the caller asks for them.</summary>
    public IEnumerable<RepositoryState> All() => Paging.ReadAll<RepositoryState>(last => connection.Run(session => session.Read(
        $"SELECT {Columns} FROM repository_states WHERE repository > $r ORDER BY repository LIMIT {Paging.Rows}", ReadState,
        ("$r", last?.Repository ?? long.MinValue))));

    /// <summary>The number of repositories with each status.</summary>
    public IReadOnlyList<(RepositoryStatus Status, long Count)> CountByStatus() => connection.Run(session => session.Read(
        "SELECT state, COUNT(*) FROM repository_states GROUP BY state ORDER BY state",
        static reader => (Enum.Parse<RepositoryStatus>(reader.GetString(0)), reader.GetInt64(1))));

    /// <summary>Sets the states of repositories, in place of the former ones.</summary>
    internal static void Set(CatalogTransaction transaction, IEnumerable<RepositoryState> states) => transaction.Database.ExecuteMany(
        """
        INSERT INTO repository_states (repository, state, name, commit_id, pushed_at, detail) VALUES ($r, $s, $n, $c, $p, $d)
        ON CONFLICT (repository) DO UPDATE SET
          state = excluded.state, name = excluded.name, commit_id = excluded.commit_id, pushed_at = excluded.pushed_at,
          detail = excluded.detail
        """,
        ["$r", "$s", "$n", "$c", "$p", "$d"],
        states.Select(state => new object?[]
        {
            state.Repository, state.Status.ToString(), state.Name, state.Commit, state.PushedAt?.ToUnixTimeSeconds(), state.Detail,
        }));

    private static RepositoryState ReadState(DbDataReader reader) => new(
        reader.GetInt64(0), Enum.Parse<RepositoryStatus>(reader.GetString(1)), reader.GetString(2),
        reader.TextOrNull(3), reader.TimeOrNull(4), reader.TextOrNull(5));
}
