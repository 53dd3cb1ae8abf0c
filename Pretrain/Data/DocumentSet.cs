namespace DataForge.Pretrain.Data;

/// <summary>The documents of several token shards, numbered consecutively. It opens and closes the shards.</summary>
public sealed class DocumentSet : IDisposable
{
    private readonly TokenShard[] _shards;
    private readonly long[] _firstDocument; // of each shard; the last entry is the number of all documents

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

        _shards = [.. opened];
        _firstDocument = new long[_shards.Length + 1];
        for (int i = 0; i < _shards.Length; i++)
        {
            _firstDocument[i + 1] = _firstDocument[i] + _shards[i].Documents;
            Tokens += _shards[i].Tokens;
        }
    }

    /// <summary>The shards, in order.</summary>
    public IReadOnlyList<TokenShard> Shards => _shards;

    /// <summary>The number of documents.</summary>
    public long Documents => _firstDocument[^1];

    /// <summary>The number of tokens, bos and eos included.</summary>
    public long Tokens { get; }

    /// <summary>The shard a document is in, and its number there.</summary>
    public (TokenShard Shard, int Document) Locate(long document)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)document, (ulong)Documents, nameof(document));
        int shard = Array.BinarySearch(_firstDocument, document);
        shard = shard < 0 ? ~shard - 1 : shard;
        while (_firstDocument[shard + 1] == document)
        {
            shard++; // an empty shard has the same first document as the one after it
        }

        return (_shards[shard], (int)(document - _firstDocument[shard]));
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose()
    {
        foreach (TokenShard shard in _shards)
        {
            shard.Dispose();
        }
    }
}
