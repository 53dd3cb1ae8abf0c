namespace DataForge.Crawler.Sources;

/// <summary>
/// A source whose repositories are named after its location. The name is as short as possible, so that it is the same on every machine:
/// the last part of the location, and more parts where another source of the workspace has that name.
/// </summary>
internal interface ILocatedSource
{
    /// <summary>The kind of source.</summary>
    string Kind { get; }

    /// <summary>The absolute location. Stored in the catalog only.</summary>
    string Location { get; }

    /// <summary>The parts of the location that a name may consist of, in order; a name consists of the last ones.</summary>
    IReadOnlyList<string> NameParts { get; }

    /// <summary>The number of parts of the shortest name.</summary>
    int LeastNameParts { get; }

    /// <summary>The name; set before the source is scanned.</summary>
    string Name { get; set; }
}
