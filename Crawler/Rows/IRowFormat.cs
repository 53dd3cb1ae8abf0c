using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>
/// How a row is stored in a file, for the second pass over it: the first pass has checked the row and recorded where it is.
/// </summary>
internal interface IRowFormat
{
    /// <summary>How many bytes of a record <see cref="Describe"/> needs at most.</summary>
    int DescriptionBytes { get; }

    /// <summary>
    /// The row's path (<see cref="PathText"/>) and its content's size in bytes; −1 where the size is known only by reading the content.
    /// </summary>
    (string Path, long Size) Describe(ReadOnlySpan<byte> record);

    /// <summary>Reads the content into a rented buffer; a content of <paramref name="max"/> bytes or more is a fault.</summary>
    ReadFile Content(ReadOnlySpan<byte> record, int max);
}
