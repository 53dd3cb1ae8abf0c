using System.Data.Common;
using System.Globalization;

namespace DataForge.Crawler.Storage;

/// <summary>
/// The catalog as text, to compare two of them: a line for each row, with its table and its values separated by tabs. Two crawls that did
/// the same work have the same dump, in both databases and however often they were interrupted.
/// </summary>
internal static class CatalogDump
{
    // Columns that depend on when and by which worker the work was done (leases, workers, numbers in order of arrival) are left out.
    private static readonly (string Table, string Sql)[] Tables =
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
        ("members", $"""
            SELECT w.query, w.text, {DiscoveredStore.Columns} FROM members m JOIN windows w ON w.number = m.window_number ORDER BY 1, 2, 3
            """),
        ("answers", "SELECT path, etag, body FROM answers ORDER BY path"),
        ("repository_states", $"SELECT {RepositoryStateStore.Columns} FROM repository_states ORDER BY repository"),
    ];

    /// <summary>Writes all rows, in one transaction.</summary>
    public static void Write(CatalogSession session, TextWriter output, CancellationToken cancellation) =>
        session.InTransaction(isDurable: false, transaction =>
        {
            foreach ((string table, string sql) in Tables)
            {
                using DbCommand command = transaction.Database.Command(sql);
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
        });

    private static string Value(DbDataReader reader, int column) => reader.GetValue(column) switch
    {
        DBNull => "\\N",
        byte[] bytes => Convert.ToHexStringLower(bytes),
        string text => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal),
        object value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
