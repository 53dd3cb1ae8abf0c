namespace DataForge.Pretrain.Data;

/// <summary>The documents of several token shards, numbered through. It opens the shards and closes them.</summary>
public sealed class DocumentSet : IDisposable
{
    private readonly TokenShard[] shards;
    private readonly long[] firstDocument;   // of each shard; one entry more, the number of all documents

    /// <summary>Opens shards, in the order given.</summary>
    /// <exception cref="TokenShardException">A shard is damaged or missing.</exception>
    public DocumentSet(IEnumerable<string> tokenPaths)
    {
        List<TokenShard> opened = [];
        try
        {
            foreach (string path in tokenPaths)
            {
                opened.Add(new TokenShard(path));
            }
        }
        catch
        {
            opened.ForEach(shard => shard.Dispose());
            throw;
        }

        shards = [.. opened];
        firstDocument = new long[shards.Length + 1];
        for (int i = 0; i < shards.Length; i++)
        {
            firstDocument[i + 1] = firstDocument[i] + shards[i].Documents;
            Tokens += shards[i].Tokens;
        }
    }

    /// <summary>The shards, in order.</summary>
    public IReadOnlyList<TokenShard> Shards => shards;

    /// <summary>The number of documents.</summary>
    public long Documents => firstDocument[^1];

    /// <summary>The number of tokens, bos and eos included.</summary>
    public long Tokens { get; }

    /// <summary>The shard a document is in, and its number there.</summary>
    public (TokenShard Shard, int Document) Locate(long document)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)document, (ulong)Documents, nameof(document));
        int shard = Array.BinarySearch(firstDocument, document);
        shard = shard < 0 ? ~shard - 1 : shard;
        while (firstDocument[shard + 1] == document)
        {
            shard++;   // an empty shard begins with the same document as the one after it
        }

        return (shards[shard], (int)(document - firstDocument[shard]));
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose()
    {
        foreach (TokenShard shard in shards)
        {
            shard.Dispose();
        }
    }
}
