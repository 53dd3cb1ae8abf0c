using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>How a row lies in a file, for the second reading: the first has checked it and knows where it lies.</summary>
internal interface IRowFormat
{
    /// <summary>So many bytes of a record are enough for <see cref="Describe"/>.</summary>
    int DescriptionBytes { get; }

    /// <summary>The path (<see cref="PathText"/>), and the content's bytes, −1 where that takes reading it.</summary>
    (string Path, long Size) Describe(ReadOnlySpan<byte> record);

    /// <summary>The content in a rented buffer, unless it has <paramref name="max"/> bytes or more.</summary>
    ReadFile Content(ReadOnlySpan<byte> record, int max);
}
