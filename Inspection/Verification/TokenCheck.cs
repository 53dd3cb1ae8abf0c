using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Pretrain.Data;
using DataForge.Pretrain.Tokenizer;

namespace DataForge.Inspection.Verification;

/// <summary>Opens the tokenizer and every token shard: headers, lengths, starts of documents, tokens within the vocabulary, counts as stated.</summary>
internal static class TokenCheck
{
    /// <returns>Documents.</returns>
    /// <exception cref="DataForgeException">A file does not hold what it states.</exception>
    public static long Check(Run run, IReadOnlyList<ManifestEntry> entries, CancellationToken cancellation)
    {
        if (entries.Count == 0)
        {
            return 0;
        }

        try
        {
            BpeVocabulary vocabulary = TokenizerReader.ReadFolder(run.PathOf("4-tokens"));
            long documents = 0;
            var shards = entries.SelectMany(entry => entry.Outputs.Where(output => output.Path.EndsWith(".bin", StringComparison.Ordinal)).Select(output => (entry, output))).ToList();
            FirstFault.ForEach(shards, cancellation, shard => Interlocked.Add(ref documents, CheckShard(run, shard.entry, run.PathOf(shard.output.Path), vocabulary)));
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
        long tokens = entry.Count("tokens.train") + entry.Count("tokens.validation");
        long documents = entry.Count("documents.train") + entry.Count("documents.validation");
        Books.Same(entryFile, $"it states {tokens} tokens, the shard has {shard.Tokens}", tokens, shard.Tokens);
        Books.Same(entryFile, $"it states {documents} documents, the shard has {shard.Documents}", documents, shard.Documents);
        for (int document = 0; document < shard.Documents; document++)
        {
            ReadOnlySpan<ushort> text = shard.Document(document);
            if (text.Length < 2 || text[0] != vocabulary.EndOfText || text[^1] != vocabulary.EndOfText)
            {
                throw FirstFault.Of(path, $"document {document} does not begin and end with the end-of-text token");
            }

            foreach (ushort token in text)
            {
                if (token >= vocabulary.Count)
                {
                    throw FirstFault.Of(path, $"document {document} has the token {token}, the vocabulary ends at {vocabulary.Count}");
                }
            }
        }

        return shard.Documents;
    }
}
