using System.Buffers.Binary;
using System.Security.Cryptography;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Storage;

namespace DataForge.Crawler.Tests.Storage;

/// <summary>Parts as a crawl would commit them, made from their numbers.</summary>
internal static class TestParts
{
    public static BlobId Id(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return new BlobId(SHA1.HashData(bytes));
    }

    /// <summary>
    /// Commits one part with the contents <paramref name="from"/> to <paramref name="from"/> + <paramref name="contents"/> − 1.
    /// </summary>
    public static void Commit(Catalog catalog, int number, long from, int contents, params long[] repositories) => catalog.Parts.Commit(
        new RawPart(number, $"files{number}", $"blobs{number}", contents, contents, 100L * contents),
        repositories.Select(repository => Share(repository, contents)),
        Enumerable.Range(0, contents).Select(i => (Id(from + i), i)),
        [number]);

    public static SnapshotShare Share(long repository, long rows) => new(
        new RepositoryFacts { Id = repository, Name = $"owner/r{repository}", Source = "github", Commit = $"c{repository}", Stars = 3 },
        "signature", rows, IsComplete: true, new CountTable { [CountName.OccurrencesOf(FileKind.Python)] = rows });
}
