using System.Buffers;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Stages;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Pretrain.Removal;

/// <summary>What a removal did to a run's tokens.</summary>
/// <param name="Documents">Documents removed.</param>
/// <param name="Tokens">Tokens of these documents.</param>
/// <param name="Rewritten">Files rewritten or removed.</param>
/// <param name="Untouched">Files that stay as they are.</param>
/// <param name="WasStale">Whether the tokens were not those of the dataset. Then all of them are removed, since nobody can say which belong
/// to a removed document.</param>
public sealed record TokenRemovalResult(long Documents, long Tokens, int Rewritten, int Untouched, bool WasStale);

/// <summary>
/// Removes from a run's <c>4-tokens</c> the documents of files that were removed from the dataset. Other documents keep their tokens; one
/// that is now attributed to another repository moves to the other split, if that repository is in it. The tokenizer stays: its vocabulary
/// is a statistic of the whole corpus. Memory: 60 bytes per file.
/// </summary>
/// <param name="run">The run; its dataset is rewritten already.</param>
/// <param name="options">The options it was tokenized under.</param>
/// <param name="repositories">The names of the removed repositories.</param>
public sealed class TokenRemoval(RunRewrite run, TokenizeOptions options, IReadOnlySet<string> repositories)
{
    private readonly List<ShardComparison> _shards = [];
    private readonly HashSet<string> _trained = new(StringComparer.Ordinal);
    private IReadOnlyList<ManifestEntry> _entries = [];
    private DocumentEncoder? _training;
    private DocumentEncoder? _validation;
    private long _documents;
    private long _tokens;
    private int _rewritten;

    /// <summary>Writes the new versions of the files, which take effect when the rewrite is committed.</summary>
    public TokenRemovalResult Rewrite(CancellationToken cancellation)
    {
        _entries = run.Run.Manifest.Entries(StageNames.Tokenize);
        int files = _entries.Sum(entry => entry.Outputs.Count);
        IReadOnlyList<ManifestOutput> shards = DatasetShards.Find(run.Run);
        if (_entries.Count == 0 || !shards.Any(shard => run.IsRewritten(shard.Path)))
        {
            return new TokenRemovalResult(0, 0, 0, files, false);
        }

        if (Find(TokenizeParts.Split) is not { } split || Find(TokenizeParts.TokenizerPart) is null)
        {
            return RemoveStaleTokens(files);
        }

        HeldOutRepositories heldOut = HeldOutRepositories.Read(run.Run.PathOf(TokenizeParts.HeldOutFile));
        foreach (ManifestOutput shard in shards)
        {
            cancellation.ThrowIfCancellationRequested();
            _shards.Add(ShardComparison.Read(run, shard.Path, heldOut, _trained));
        }

        BpeVocabulary vocabulary = TokenizerReader.ReadFolder(run.Run.PathOf(RunPaths.Tokens));
        _training = new DocumentEncoder(new BpeEncoder(vocabulary), options.Objective);
        _validation = new DocumentEncoder(new BpeEncoder(vocabulary), DocumentObjective.Causal);
        if (!TryRewriteShards(cancellation))
        {
            return RemoveStaleTokens(files);
        }

        RewriteSplit(split, heldOut);
        return new TokenRemovalResult(_documents, _tokens, _rewritten, files - _rewritten, false);
    }

    private void RewriteSplit(ManifestEntry split, HeldOutRepositories heldOut)
    {
        string[] remaining = [.. heldOut.Names.Where(name => !repositories.Contains(name))];
        var counts = new CountTable(split.Counts)
        {
            [CountName.RepositoriesValidation] = remaining.Length, [CountName.RepositoriesTrain] = _trained.Count,
        };
        IReadOnlyList<ManifestOutput> outputs = split.Outputs;
        if (remaining.Length < heldOut.Names.Count)
        {
            HeldOutRepositories.Write(run.Create(TokenizeParts.HeldOutFile), remaining);
            outputs = [run.Output(TokenizeParts.HeldOutFile)];
            _rewritten++;
        }

        run.Commit(split, outputs, counts);
    }

    /// <summary>
    /// Rewrites the token shards with changes. Returns false if the tokens are not those of the dataset before the removal.
    /// </summary>
    private bool TryRewriteShards(CancellationToken cancellation)
    {
        string validationFile = run.Run.PathOf(TokenizeParts.TokenFile(TokenizeParts.Validation));
        if (Find(TokenizeParts.Validation) is not { } validationEntry || !File.Exists(validationFile))
        {
            return _entries.All(entry => entry.Part is TokenizeParts.Split or TokenizeParts.TokenizerPart);
        }

        using var validation = new TokenShard(validationFile);
        if (validation.Documents != _shards.Sum(shard => shard.Changes.Count(change => change.WasHeldOut)))
        {
            return false;
        }

        int heldOutBefore = 0;
        foreach ((int i, ShardComparison shard) in _shards.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Find(TokenizeParts.Training(i)) is not { } entry)
            {
                return false;
            }

            using var training = new TokenShard(run.Run.PathOf(TokenizeParts.TokenFile(entry.Part)));
            shard.FirstHeldOut = heldOutBefore;
            int heldOutHere = shard.Changes.Count(change => change.WasHeldOut);
            heldOutBefore += heldOutHere;
            if (training.Documents != shard.Changes.Count - heldOutHere || !EncodeChangedDocuments(shard, training, validation))
            {
                return false;
            }

            if (shard.Changes.Any(change => change.ChangesTraining))
            {
                Write(
                    entry, CountName.DocumentsTrain, CountName.TokensTrain,
                    writer => CopyDocuments(shard, heldOut: false, training, writer));
            }
        }

        if (_shards.Any(shard => shard.Changes.Any(change => change.ChangesValidation)))
        {
            Write(
                validationEntry, CountName.DocumentsValidation, CountName.TokensValidation,
                writer => _shards.ForEach(shard => CopyDocuments(shard, heldOut: true, validation, writer)));
        }

        return true;
    }

    /// <summary>
    /// Encodes the changed files of a shard again and compares them with their documents, so that no other document is removed.
    /// Returns whether all are equal.
    /// </summary>
    private bool EncodeChangedDocuments(ShardComparison shard, TokenShard training, TokenShard validation)
    {
        if (!shard.IsRewritten)
        {
            return true;
        }

        var tokens = new ArrayBufferWriter<ushort>();
        bool isSame = true;
        shard.ReadChangedTexts(run, (change, text, key) =>
        {
            tokens.Clear();
            (change.WasHeldOut ? _validation! : _training!).Encode(text, key, tokens);
            ReadOnlySpan<ushort> stored = change.WasHeldOut
                ? validation.Document(shard.FirstHeldOut + change.Document)
                : training.Document(change.Document);
            isSame &= stored.SequenceEqual(tokens.WrittenSpan);
            if (change.IsRemoved)
            {
                _documents++;
                _tokens += stored.Length;
            }
            else if (change.IsHeldOut != change.WasHeldOut)
            {
                tokens.Clear();
                (change.IsHeldOut ? _validation! : _training!).Encode(text, key, tokens);
                change.Tokens = tokens.WrittenSpan.ToArray();
            }
        });
        return isSame;
    }

    private static void CopyDocuments(ShardComparison shard, bool heldOut, TokenShard from, TokenShardWriter writer)
    {
        int first = heldOut ? shard.FirstHeldOut : 0;
        foreach (DocumentChange change in shard.Changes.Where(change => !change.IsRemoved && change.IsHeldOut == heldOut))
        {
            int stars = change.Stars >= 0 ? change.Stars : from.Stars(first + change.Document);
            writer.Add(change.Tokens ?? from.Document(first + change.Document), stars);
        }
    }

    private void Write(ManifestEntry entry, CountName documents, CountName tokens, Action<TokenShardWriter> fill)
    {
        string tokenFile = TokenizeParts.TokenFile(entry.Part), indexFile = TokenizeParts.IndexFile(entry.Part);
        var counts = new CountTable();
        using (var writer = new TokenShardWriter(run.Create(tokenFile), run.Create(indexFile)))
        {
            fill(writer);
            writer.Complete();
            counts[documents] = writer.Documents;
            counts[tokens] = writer.Tokens;
        }

        run.Commit(entry, [run.Output(tokenFile), run.Output(indexFile)], counts);
        _rewritten += 2;
    }

    private TokenRemovalResult RemoveStaleTokens(int files)
    {
        foreach (ManifestEntry entry in _entries)
        {
            run.Remove(entry);
        }

        return new TokenRemovalResult(
            _entries.Sum(entry => entry.Count(CountName.DocumentsTrain) + entry.Count(CountName.DocumentsValidation)),
            _entries.Sum(entry => entry.Count(CountName.TokensTrain) + entry.Count(CountName.TokensValidation)), files, 0, true);
    }

    private ManifestEntry? Find(string part) => _entries.FirstOrDefault(entry => entry.Part == part);
}
