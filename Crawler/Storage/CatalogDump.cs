using System.Data.Common;
using System.Globalization;

namespace DataForge.Crawler.Storage;

/// <summary>The catalog as text, for comparing two of them.</summary>
internal sealed partial class Catalog
{
    // What depends on when and by whom the work was done (leases, workers, numbers given in order of arrival) is left out.
    private static readonly (string Table, string Sql)[] Dumped =
    [
        ("locations", "SELECT kind, location, name FROM locations ORDER BY kind, location"),
        ("repositories", "SELECT id, name, source FROM repositories ORDER BY id"),
        ("snapshots", """
            SELECT repository, number, signature, commit_id, first_part, last_part, rows, complete, counts, facts FROM snapshots
            ORDER BY repository, number
            """),
        ("parts", "SELECT number, files_sha256, blobs_sha256, occurrences, blobs, bytes FROM parts ORDER BY number"),
        ("part_contents", "SELECT part, content_part FROM part_contents ORDER BY part, content_part"),
        ("contents", "SELECT id, part, size FROM contents UNION ALL SELECT id, part, size FROM contents_recent ORDER BY 1"),
        ("sources", "SELECT key, signature FROM sources ORDER BY key"),
        ("source_snapshots", "SELECT source, repository, snapshot FROM source_snapshots ORDER BY source, repository"),
        ("queries", "SELECT query, round, closed FROM queries ORDER BY query"),
        ("windows", """
            SELECT query, text, state, round, expected, seen, incomplete, searches, unsplittable, etag FROM windows ORDER BY query, text
            """),
        ("members", $"SELECT w.query, w.text, {MemberColumns} FROM members m JOIN windows w ON w.number = m.window_number ORDER BY 1, 2, 3"),
        ("answers", "SELECT path, etag, body FROM answers ORDER BY path"),
        ("repository_states", $"SELECT {StateColumns} FROM repository_states ORDER BY repository"),
    ];

    /// <summary>
    /// Writes all rows, a line each: table, then values with tabs between. Two crawls that did the same have the same dump, in whatever
    /// database and however often they were interrupted.
    /// </summary>
    public void Dump(TextWriter output, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            using DbTransaction transaction = _database.Begin(isDurable: false);
            foreach ((string table, string sql) in Dumped)
            {
                using DbCommand command = Command(sql);
                using DbDataReader reader = command.ExecuteReader();
                while (reader.Read())
                {
                    cancellation.ThrowIfCancellationRequested();
                    output.Write(table);
                    for (int i = 0; i < reader.FieldCount; i++)
                    {
                        output.Write('\t');
                        output.Write(Value(reader, i));
                    }

                    output.Write('\n');
                }
            }

            transaction.Commit();
        }
    }

    private static string Value(DbDataReader reader, int column) => reader.GetValue(column) switch
    {
        DBNull => "\\N",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        string text => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal),
        object value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
