namespace DataForge.Crawler.Storage;

/// <summary>Names given to sources by their location (table <c>locations</c>).</summary>
internal sealed class NameStore(CatalogConnection connection)
{
    /// <summary>The name of the source at a location, or null.</summary>
    public string? Find(string kind, string location) => connection.Run(session => Find(session, kind, location));

    /// <summary>Whether some source has a name.</summary>
    public bool Contains(string name) =>
        connection.Run(session => session.Scalar("SELECT 1 FROM locations WHERE name = $n", ("$n", name))) is not null;

    /// <summary>Gives sources their names, for good: all or none.</summary>
    public void Add(IEnumerable<(string Kind, string Location, string Name)> names)
    {
        (string Kind, string Location, string Name)[] all = [.. names];
        connection.Run(session =>
        {
            if (session.IsRepeated && all.All(item => Find(session, item.Kind, item.Location) == item.Name))
            {
                return;
            }

            session.InTransaction(isDurable: true, transaction =>
            {
                foreach ((string kind, string location, string name) in all)
                {
                    transaction.Execute("INSERT INTO locations VALUES ($k, $l, $n)", ("$k", kind), ("$l", location), ("$n", name));
                }
            });
        });
    }

    /// <summary>All locations with their names, in ordinal order of the names.</summary>
    public List<(string Kind, string Location, string Name)> All() => connection.Run(session => session.Read(
        "SELECT kind, location, name FROM locations ORDER BY name",
        static reader => (reader.GetString(0), reader.GetString(1), reader.GetString(2))));

    private static string? Find(CatalogStatements statements, string kind, string location) =>
        statements.Scalar("SELECT name FROM locations WHERE kind = $k AND location = $l", ("$k", kind), ("$l", location)) as string;
}
