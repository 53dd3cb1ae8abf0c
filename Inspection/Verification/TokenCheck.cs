using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Inspection.Verification;

/// <summary>
/// Reads the tokenizer and every token shard: headers, lengths, where documents begin, tokens within the vocabulary, and counts as stated.
/// </summary>
internal static class TokenCheck
{
    /// <summary>Checks the token shards of a run, in parallel.</summary>
    /// <param name="run">The run.</param>
    /// <param name="entries">The entries of the tokenize stage.</param>
    /// <param name="cancellation">Stops the checks.</param>
    /// <returns>The number of documents.</returns>
    /// <exception cref="DataForgeException">A file does not hold what its entry states.</exception>
    public static long Check(Run run, IReadOnlyList<ManifestEntry> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0)
        {
            return 0;
        }

        try
        {
            BpeVocabulary vocabulary = TokenizerReader.ReadFolder(run.PathOf(RunPaths.Tokens));
            long documents = 0;
            List<(ManifestEntry Entry, string Path)> shards = [.. entries.SelectMany(entry => entry.Outputs
                .Where(output => output.Path.EndsWith(".bin", StringComparison.Ordinal))
                .Select(output => (entry, run.PathOf(output.Path))))];
            ParallelChecks.ForEach(shards, cancellation, shard =>
                Interlocked.Add(ref documents, CheckShard(run, shard.Entry, shard.Path, vocabulary)));
            return documents;
        }
        catch (Exception e) when (e is TokenizerFormatException or TokenShardException)
        {
            throw new DataForgeException(e.Message, inner: e);
        }
    }

    private static int CheckShard(Run run, ManifestEntry entry, string path, BpeVocabulary vocabulary)
    {
        using var shard = new TokenShard(path);
        string entryFile = run.Manifest.EntryFile(entry.Stage, entry.Part);
        long tokens = entry.Count(CountName.TokensTrain) + entry.Count(CountName.TokensValidation);
        long documents = entry.Count(CountName.DocumentsTrain) + entry.Count(CountName.DocumentsValidation);
        VerificationFault.ThrowUnlessEqual(
            entryFile, tokens, shard.Tokens, $"it states {tokens} tokens, the shard has {shard.Tokens}");
        VerificationFault.ThrowUnlessEqual(
            entryFile, documents, shard.Documents, $"it states {documents} documents, the shard has {shard.Documents}");
        for (int document = 0; document < shard.Documents; document++)
        {
            ReadOnlySpan<ushort> text = shard.Document(document);
            if (text.Length < 2 || text[0] != vocabulary.EndOfText || text[^1] != vocabulary.EndOfText)
            {
                throw VerificationFault.Of(path, $"document {document} does not begin and end with the end-of-text token");
            }

            foreach (ushort token in text)
            {
                if (token >= vocabulary.Count)
                {
                    throw VerificationFault.Of(
                        path, $"document {document} has the token {token}, the vocabulary ends at {vocabulary.Count}");
                }
            }
        }

        return shard.Documents;
    }
}
