using System.Buffers.Binary;
using DataForge.Pretrain.Data;

namespace DataForge.Pretrain.Tests.Data;

public sealed class TokenShardTests : IDisposable
{
    private readonly ShardFolder _shards = new();

    public void Dispose() => _shards.Dispose();

    [Fact]
    public void Writer_thenReader_givesTheDocuments()
    {
        string path = _shards.Add([3, 0, 5], stars: document => document * 10);
        using TokenShard shard = new(path);
        Assert.Equal((3, 14), (shard.Documents, shard.Tokens));
        Assert.Equal([0, 1, 1, 1, 0], shard.Document(0).ToArray());
        Assert.Equal([0, 0], shard.Document(1).ToArray());
        Assert.Equal([0, 3, 3, 3, 3, 3, 0], shard.Document(2).ToArray());
        Assert.Equal((7, 20), (shard.Length(2), shard.Stars(2)));
    }

    [Fact]
    public void Writer_bytes_areLlmC()
    {
        byte[] bytes = File.ReadAllBytes(_shards.Add([1]));
        Assert.Equal(1024 + 6, bytes.Length);
        Assert.Equal((20240520, 1, 3), (Int(0), Int(1), Int(2)));
        Assert.All(Enumerable.Range(3, 253), i => Assert.Equal(0, Int(i)));
        Assert.Equal([0, 0, 1, 0, 0, 0], bytes[1024..]);

        int Int(int index) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(index * 4));
    }

    [Fact]
    public void Writer_noDocuments_isAnEmptyShard()
    {
        using TokenShard shard = new(_shards.Add([]));
        Assert.Equal((0, 0), (shard.Documents, shard.Tokens));
    }

    [Fact]
    public void Writer_notCompleted_isRefused()
    {
        string path = Path.Combine(_shards.Folder, "broken.bin");
        using (TokenShardWriter writer = new(path, TokenShardFormat.IndexPath(path)))
        {
            writer.Add([0, 1, 0]);
        }

        Assert.Contains("never completed", Assert.Throws<TokenShardException>(() => new TokenShard(path)).Message);
    }

    [Theory]
    [InlineData(".bin", 0, 7, "magic number")]
    [InlineData(".bin", 4, 2, "version 2")]
    [InlineData(".bin", 8, 99, "99 tokens")]
    [InlineData(".bin", 8, -1, "-1 tokens")]
    [InlineData(".idx", 0, 7, "magic number")]
    [InlineData(".idx", 8, 9, "9 documents")]
    [InlineData(".idx", 8, -1, "-1 documents")]
    [InlineData(".idx", 8, int.MinValue, "documents")]
    [InlineData(".idx", 12, 5, "do not fill")]
    [InlineData(".idx", 1024, 1, "do not fill")]
    [InlineData(".idx", 1032, 100, "do not fill")]
    public void Reader_damagedNumber_saysWhichFileAndHowToMend(string extension, int at, int value, string expected)
    {
        string path = _shards.Add([3, 4]), damaged = Path.ChangeExtension(path, extension);
        byte[] bytes = File.ReadAllBytes(damaged);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        File.WriteAllBytes(damaged, bytes);
        TokenShardException problem = Assert.Throws<TokenShardException>(() => new TokenShard(path));
        Assert.Contains(expected, problem.Message);
        Assert.Contains(damaged, problem.Message);
        Assert.Contains("dataforge tokenize", problem.Message);
    }

    [Theory]
    [InlineData(".bin", 0)]
    [InlineData(".bin", 1000)]
    [InlineData(".bin", 1027)]
    [InlineData(".idx", 1030)]
    public void Reader_truncated_isRefused(string extension, int length)
    {
        string path = _shards.Add([3, 4]), damaged = Path.ChangeExtension(path, extension);
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..length]);
        Assert.Throws<TokenShardException>(() => new TokenShard(path));
    }

    [Fact]
    public void Reader_missingIndex_isRefused()
    {
        string path = _shards.Add([3]);
        File.Delete(TokenShardFormat.IndexPath(path));
        Assert.Contains("missing", Assert.Throws<TokenShardException>(() => new TokenShard(path)).Message);
    }

    [Fact]
    public void Reader_disposed_throwsRatherThanReads()
    {
        TokenShard shard = new(_shards.Add([3]));
        shard.Dispose();
        shard.Dispose();
        Assert.Throws<ObjectDisposedException>(() => shard.Document(0).Length);
    }
}
