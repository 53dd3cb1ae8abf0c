using System.Data.Common;
using System.Text.Json;
using DataForge.Corpus;

namespace DataForge.Crawler.Storage;

/// <summary>What became of repositories, and their facts on the day of each snapshot.</summary>
internal sealed partial class Catalog
{
    private const string StateColumns = "repository, state, name, commit_id, pushed_at, detail";

    /// <summary>States what became of a repository, in place of what was known.</summary>
    public void SetState(RepositoryState state) => Change(isDurable: false, () => Put([state]));

    /// <summary>What became of a repository when it was last asked for; null where it never was.</summary>
    public RepositoryState? FindState(long repository) =>
        Read($"SELECT {StateColumns} FROM repository_states WHERE repository = $r", ReadState, ("$r", repository)).FirstOrDefault();

    /// <summary>What became of all repositories, in order of their numbers; read as they are asked for.</summary>
    public IEnumerable<RepositoryState> States()
    {
        for (long last = long.MinValue; ;)
        {
            List<RepositoryState> page = Read(
                $"SELECT {StateColumns} FROM repository_states WHERE repository > $r ORDER BY repository LIMIT {PageRows}", ReadState, ("$r", last));
            foreach (RepositoryState state in page)
            {
                yield return state;
            }

            if (page.Count < PageRows)
            {
                yield break;
            }

            last = page[^1].Repository;
        }
    }

    /// <summary>How many repositories there are of each status.</summary>
    public IReadOnlyList<(RepositoryStatus Status, long Count)> CountStates() => Read(
        "SELECT state, COUNT(*) FROM repository_states GROUP BY state ORDER BY state",
        static reader => (Enum.Parse<RepositoryStatus>(reader.GetString(0)), reader.GetInt64(1)));

    /// <summary>The facts of a repository on the day of a snapshot; null where the snapshot is not known, or older than this record.</summary>
    public RepositoryFacts? FindFacts(long repository, int snapshot) =>
        Scalar("SELECT facts FROM snapshots WHERE repository = $r AND number = $n", ("$r", repository), ("$n", snapshot)) is string json
            ? JsonSerializer.Deserialize<RepositoryFacts>(json)
            : null;

    private void Put(IEnumerable<RepositoryState> states) => _database.ExecuteMany(
        """
        INSERT INTO repository_states (repository, state, name, commit_id, pushed_at, detail) VALUES ($r, $s, $n, $c, $p, $d)
        ON CONFLICT (repository) DO UPDATE SET
          state = excluded.state, name = excluded.name, commit_id = excluded.commit_id, pushed_at = excluded.pushed_at, detail = excluded.detail
        """,
        ["$r", "$s", "$n", "$c", "$p", "$d"],
        states.Select(state => new object?[]
        {
            state.Repository, state.Status.ToString(), state.Name, state.Commit, state.PushedAt?.ToUnixTimeSeconds(), state.Detail,
        }));

    private static RepositoryState ReadState(DbDataReader reader) => new(
        reader.GetInt64(0), Enum.Parse<RepositoryStatus>(reader.GetString(1)), reader.GetString(2),
        reader.IsDBNull(3) ? null : reader.GetString(3), Time(reader, 4), reader.IsDBNull(5) ? null : reader.GetString(5));
}
