using DataForge.Pretrain.Data;

namespace DataForge.Pretrain.Tests.Data;

/// <summary>A temporary folder of token shards whose documents say who they are: bos 0, then the document's number + 1 again and again, eos 0.</summary>
internal sealed class ShardFolder : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("dataforge-data-").FullName;

    public List<string> Paths { get; } = [];

    public List<int> Lengths { get; } = [];

    /// <summary>Writes a shard of documents with the given numbers of inner tokens.</summary>
    public string Add(IEnumerable<int> lengths, Func<int, int>? stars = null)
    {
        string path = Path.Combine(Folder, $"train-{Paths.Count:D5}.bin");
        using TokenShardWriter writer = new(path, TokenShardFormat.IndexPath(path));
        foreach (int length in lengths)
        {
            ushort[] document = new ushort[length + 2];
            document.AsSpan(1, length).Fill((ushort)(Lengths.Count + 1));
            writer.Add(document, stars?.Invoke(Lengths.Count) ?? 0);
            Lengths.Add(length);
        }

        writer.Complete();
        Paths.Add(path);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
