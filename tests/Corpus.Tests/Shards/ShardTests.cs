using System.Text;
using DataForge.Corpus.Shards;
using DataForge.Testing;

namespace DataForge.Corpus.Tests.Shards;

public sealed class ShardTests : IDisposable
{
    private static readonly RepositoryFacts Known = new()
    {
        Id = 7, Name = "a/b", Source = "github", Snapshot = 2, Commit = new string('a', 40), Stars = 3, Forks = 0, IsFork = true,
        CreatedAt = "2015-01-01T00:00:00Z", ForgeLicense = "MIT",
    };

    private static readonly RepositoryFacts Bare = new() { Id = -1, Name = "python3.11/json", Source = "dir" };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void RawFilesShard_written_readsTheSame()
    {
        Occurrence[] rows =
        [
            new() { Repository = Known, Path = "ä/%ff.py", BlobId = BlobId.Of("x"u8), Size = 1, BlobPart = 0 },
            new() { Repository = Known, Path = "LICENSE", Kind = FileKind.License, BlobId = BlobId.Of("y"u8), Size = 1, BlobPart = 3 },
            new() { Repository = Bare, Path = "huge.py", Mode = 0x81ED, Size = 1 << 20, Fault = "size" },
        ];
        using (var writer = new RawFilesShard.Writer(_folder["f.parquet"]))
        {
            Array.ForEach(rows, writer.Append);
            writer.Close();
        }

        Assert.Equal(rows, RawFilesShard.Read(_folder["f.parquet"]));
    }

    [Fact]
    public void RawBlobsShard_written_readsTheSame()
    {
        byte[][] contents = [[], [0, 255, 10], Encoding.UTF8.GetBytes(new string('x', 100_000))];
        using (var writer = new RawBlobsShard.Writer(_folder["b.parquet"]))
        {
            Array.ForEach(contents, content => writer.Append(BlobId.Of(content), content));
            writer.Close();
        }

        using var reader = new RawBlobsShard.Reader(_folder["b.parquet"]);
        using RawBlobsShard.Rows rows = reader.ReadRowGroup(0);
        Assert.Equal(contents, Enumerable.Range(0, rows.Count).Select(row => rows.Content(row).ToArray()));
        Assert.Equal(contents.Select(content => BlobId.Of(content)), Enumerable.Range(0, rows.Count).Select(rows.Id));
    }

    [Fact]
    public void CorpusShard_written_readsTheSame()
    {
        CorpusFile[] files = 
        [
            File(Known, attribution => attribution with
            {
                Copyright = ["Copyright 2020 Ä", ""], OtherOccurrences = [new("c/d", "e.py"), new("my project", "a b.py"), new("my", "project a b.py")],
            }),
            File(Bare),
        ];
        using (var writer = new CorpusShard.Writer(_folder["c.parquet"]))
        {
            Array.ForEach(files, file => writer.Append(file, "text\n"u8));
            writer.Close();
        }

        using var reader = new CorpusShard.Reader(_folder["c.parquet"]);
        using CorpusShard.Rows rows = reader.ReadRowGroup(0);
        for (int row = 0; row < files.Length; row++)
        {
            CorpusFile read = rows.File(row);
            AssertSame(files[row], read);
            Assert.Equal("text\n"u8, rows.Text(row));
        }
    }

    [Fact]
    public void DroppedShard_written_readsTheSame()
    {
        DroppedFile[] rows =
        [
            new() { Level = DropLevel.Occurrence, Rule = "size", Value = "1048576", Threshold = "1048576", RepositoryId = 7, Repository = "a/b", Path = "huge.py", Size = 1 << 20 },
            new() { Level = DropLevel.Content, Rule = "near_duplicate", BlobId = BlobId.Of("x"u8), RepositoryId = 7, Repository = "a/b", Path = "m.py", Copies = 3, Twin = BlobId.Of("y"u8), Jaccard = 0.9 },
        ];
        using (var writer = new DroppedShard.Writer(_folder["d.parquet"]))
        {
            Array.ForEach(rows, writer.Append);
            writer.Close();
        }

        Assert.Equal(rows, DroppedShard.Read(_folder["d.parquet"]));
    }

    [Fact]
    public void Read_fileIsCut_saysWhichAndWhatToDo()
    {
        DroppedShard_written_readsTheSame();
        byte[] whole = System.IO.File.ReadAllBytes(_folder["d.parquet"]);
        System.IO.File.WriteAllBytes(_folder["d.parquet"], whole[..(whole.Length / 2)]);
        DataForgeException fault = Assert.Throws<DataForgeException>(() => DroppedShard.Read(_folder["d.parquet"]).ToList());
        Assert.Contains("d.parquet", fault.Message, StringComparison.Ordinal);
        Assert.Contains("run the same command again", fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    // Lists are compared by what they hold.
    private static void AssertSame(CorpusFile expected, CorpusFile read)
    {
        Assert.Equal(expected.Copyright, read.Copyright);
        Assert.Equal(expected.OtherOccurrences, read.OtherOccurrences);
        Assert.Equal(expected, read with
        {
            Attribution = read.Attribution with { Copyright = expected.Copyright, OtherOccurrences = expected.OtherOccurrences },
        });
    }

    private static CorpusFile File(RepositoryFacts repository, Func<Attribution, Attribution>? change = null)
    {
        var attribution = new Attribution
        {
            Repository = repository, Path = "m.py", License = "MIT", LicenseClass = LicenseClass.Permissive, LicenseEvidence = "LICENSE@x", Copies = 2,
        };
        return new CorpusFile
        {
            BlobId = BlobId.Of("source"u8), ContentId = BlobId.Of("text\n"u8), Attribution = change?.Invoke(attribution) ?? attribution, Size = 6, Lines = 1,
            MeanLine = 4, MaxLine = 4, AlphanumericShare = 1,
        };
    }
}
