using System.Buffers;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Stages;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Removal;

/// <summary>What a removal did to a run's tokens.</summary>
/// <param name="Documents">Documents removed.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="Rewritten">Files written anew or removed.</param>
/// <param name="Untouched">Files that stay as they are.</param>
/// <param name="WasStale">Whether the tokens were not those of the dataset: then all of them went, for nobody can say whose they are.</param>
public sealed record TokenRemovalResult(long Documents, long Tokens, int Rewritten, int Untouched, bool WasStale);

/// <summary>
/// Removes documents from a run's <c>4-tokens</c>: those of files that left the dataset. Other documents keep their tokens; one whose repository is another
/// now and is (or is no longer) held out moves to the other split. The tokenizer stays: its vocabulary is a statistic of the whole. Memory: 60 bytes a file.
/// </summary>
/// <param name="run">The run; its dataset is rewritten already.</param>
/// <param name="options">The options it was tokenized under.</param>
/// <param name="repositories">The removed repositories' names.</param>
public sealed class TokenRemoval(RunRewrite run, TokenizeOptions options, IReadOnlySet<string> repositories)
{
    private const string Stage = "tokenize";
    private const string Folder = "4-tokens/";
    private readonly List<ShardComparison> _shards = [];
    private readonly HashSet<string> _trained = new(StringComparer.Ordinal);
    private IReadOnlyList<ManifestEntry> _entries = [];
    private DocumentEncoder? _training;
    private DocumentEncoder? _validation;
    private long _documents;
    private long _tokens;
    private int _rewritten;

    /// <summary>Writes the new files aside.</summary>
    public TokenRemovalResult Rewrite(CancellationToken cancellation)
    {
        _entries = run.Run.Manifest.Entries(Stage);
        int files = _entries.Sum(entry => entry.Outputs.Count);
        List<ManifestOutput> shards = [.. run.Run.Manifest.Entries("dedup").SelectMany(entry => entry.Outputs)
            .Where(output => output.Path.StartsWith("3-dataset/data/", StringComparison.Ordinal)).OrderBy(output => output.Path, StringComparer.Ordinal)];
        if (_entries.Count == 0 || !shards.Any(shard => run.IsRewritten(shard.Path)))
        {
            return new TokenRemovalResult(0, 0, 0, files, false);
        }

        if (Find("split") is not { } split || Find("tokenizer") is null)
        {
            return RemoveStaleTokens(files);
        }

        string[] heldOut = CanonicalJson.Read<string[]>(run.Run.PathOf(Folder + HeldOutRepositories.FileName));
        var heldOutSet = new HashSet<string>(heldOut, StringComparer.Ordinal);
        foreach (ManifestOutput shard in shards)
        {
            cancellation.ThrowIfCancellationRequested();
            _shards.Add(ShardComparison.Read(run, shard.Path, heldOutSet, _trained));
        }

        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(run.Run.PathOf(Folder));
        _training = new DocumentEncoder(new BpeEncoder(vocabulary), options.Objective);
        _validation = new DocumentEncoder(new BpeEncoder(vocabulary), DocumentObjective.Causal);
        if (!RewriteShards(cancellation))
        {
            return RemoveStaleTokens(files);
        }

        string[] left = [.. heldOut.Where(name => !repositories.Contains(name))];
        var counts = new SortedDictionary<string, long>(split.Counts.ToDictionary(), StringComparer.Ordinal)
        {
            ["repositories.validation"] = left.Length, ["repositories.train"] = _trained.Count,
        };
        IReadOnlyList<ManifestOutput> outputs = split.Outputs;
        if (left.Length < heldOut.Length)
        {
            HeldOutRepositories.Write(run.Create(Folder + HeldOutRepositories.FileName), left);
            outputs = [run.Output(Folder + HeldOutRepositories.FileName)];
            _rewritten++;
        }

        run.Commit(split, outputs, counts);
        return new TokenRemovalResult(_documents, _tokens, _rewritten, files - _rewritten, false);
    }

    // False where the tokens are not those of the dataset as it was.
    private bool RewriteShards(CancellationToken cancellation)
    {
        if (Find("val") is not { } validation || File.Exists(run.Run.PathOf(Folder + "val.bin")) is false)
        {
            return _entries.All(entry => entry.Part is "split" or "tokenizer");
        }

        using var val = new TokenShard(run.Run.PathOf(Folder + "val.bin"));
        if (val.Documents != _shards.Sum(shard => shard.Rows.Count(row => row.WasHeldOut)))
        {
            return false;
        }

        int before = 0;
        foreach ((int i, ShardComparison shard) in _shards.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Find($"train-{i:D5}") is not { } entry)
            {
                return false;
            }

            using var train = new TokenShard(run.Run.PathOf($"{Folder}train-{i:D5}.bin"));
            shard.FirstHeldOut = before;
            before += shard.Rows.Count(row => row.WasHeldOut);
            if (train.Documents != shard.Rows.Count(row => !row.WasHeldOut) || !EncodeChangedDocuments(shard, train, val))
            {
                return false;
            }

            if (shard.Rows.Any(row => row.ChangesTraining))
            {
                Write($"train-{i:D5}", entry, "train", writer => CopyDocuments(shard, heldOut: false, train, writer));
            }
        }

        if (_shards.Any(shard => shard.Rows.Any(row => row.ChangesValidation)))
        {
            Write("val", validation, "validation", writer => _shards.ForEach(shard => CopyDocuments(shard, heldOut: true, val, writer)));
        }

        return true;
    }

    // Encodes the changed files of a shard and holds them against their documents, so that no other document is taken for theirs.
    private bool EncodeChangedDocuments(ShardComparison shard, TokenShard train, TokenShard val)
    {
        if (!shard.IsRewritten)
        {
            return true;
        }

        var tokens = new ArrayBufferWriter<ushort>();
        bool isSame = true;
        shard.ReadTexts(run, (row, text, key) =>
        {
            tokens.Clear();
            (row.WasHeldOut ? _validation! : _training!).Encode(text, key, tokens);
            ReadOnlySpan<ushort> known = row.WasHeldOut ? val.Document(shard.FirstHeldOut + row.Document) : train.Document(row.Document);
            isSame &= known.SequenceEqual(tokens.WrittenSpan);
            if (row.IsRemoved)
            {
                _documents++;
                _tokens += known.Length;
            }
            else if (row.IsHeldOut != row.WasHeldOut)
            {
                tokens.Clear();
                (row.IsHeldOut ? _validation! : _training!).Encode(text, key, tokens);
                row.Tokens = tokens.WrittenSpan.ToArray();
            }
        });
        return isSame;
    }

    private static void CopyDocuments(ShardComparison shard, bool heldOut, TokenShard from, TokenShardWriter writer)
    {
        int first = heldOut ? shard.FirstHeldOut : 0;
        foreach (DocumentChange row in shard.Rows.Where(row => !row.IsRemoved && row.IsHeldOut == heldOut))
        {
            writer.Add(row.Tokens ?? from.Document(first + row.Document), row.Stars >= 0 ? row.Stars : from.Stars(first + row.Document));
        }
    }

    private void Write(string name, ManifestEntry entry, string kind, Action<TokenShardWriter> fill)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using (var writer = new TokenShardWriter(run.Create(Folder + name + ".bin"), run.Create(Folder + name + ".idx")))
        {
            fill(writer);
            writer.Complete();
            counts["documents." + kind] = writer.Documents;
            counts["tokens." + kind] = writer.Tokens;
        }

        run.Commit(entry, [run.Output(Folder + name + ".bin"), run.Output(Folder + name + ".idx")], counts);
        _rewritten += 2;
    }

    private TokenRemovalResult RemoveStaleTokens(int files)
    {
        foreach (ManifestEntry entry in _entries)
        {
            run.Remove(entry);
        }

        return new TokenRemovalResult(
            _entries.Sum(entry => entry.Count("documents.train") + entry.Count("documents.validation")),
            _entries.Sum(entry => entry.Count("tokens.train") + entry.Count("tokens.validation")), files, 0, true);
    }

    private ManifestEntry? Find(string part) => _entries.FirstOrDefault(entry => entry.Part == part);
}
