using System.Buffers;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Shingling;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;
using DataForge.Parquet;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The first step, one part per part of <c>2-clean</c>: computes each file's shingle set, the keys of its bands, its fingerprints and its
/// rank key. Disk: 8 bytes per distinct shingle (about as much as the text), and 360 bytes per file with 36 bands.
/// </summary>
internal static class SignatureStep
{
    private static readonly Column[] Columns =
    [
        Column.BlobId, Column.Content, Column.RepositoryName, Column.Path, Column.LicenseType, Column.Stars, Column.IsFork,
        Column.RepositoryCreatedAt,
    ];

    /// <summary>Computes one part.</summary>
    public static void Compute(Run run, CleanPart part, DedupOptions options, PartOutput output, CancellationToken cancellation)
    {
        var shingler = new Shingler(options);
        var kernel = new SignatureKernel(BandPlan.For(options.Threshold, options.MissProbability), options.Seed);
        var keys = new ulong[kernel.Plan.Bands];
        var foldedText = new FoldedText(options.Seed);
        long shingles = 0;
        long bytes = 0;
        long shortFiles = 0;
        using var clean = new CorpusShard.Reader(run.PathOf(part.File));
        var signatures = new SignaturePartWriter(checked((int)clean.RowCount), kernel.Plan.Bands);
        var ranks = new RankRunWriter();
        using var sets = new WordFileWriter(output.Create(DedupPaths.Shingles(part.Number)));
        for (int group = 0; group < clean.RowGroupCount; group++)
        {
            using CorpusShard.Rows rows = clean.ReadRowGroup(group, Columns);
            var rankColumns = new RankColumns(rows);
            for (int row = 0; row < rows.Count; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> text = rows.Text(row);
                shingler.Process(text);
                ReadOnlySpan<ulong> set = shingler.Set;
                // A file too short for a shingle has no keys, so it is in no bucket; its folded text replaces its set.
                Fingerprint fingerprint = set.IsEmpty ? foldedText.HashWide(text) : Fingerprint.OfSet(set);
                if (!set.IsEmpty)
                {
                    kernel.BandKeys(set, keys);
                }

                var signature = new FileSignature(rows.Id(row), fingerprint, foldedText.Hash(text), sets.Position, set.Length, text.Length);
                signatures.Append(signature, set.IsEmpty ? [] : keys);
                sets.Append(set);
                rankColumns.Write(row, ranks.Keys);
                ranks.EndRow();
                shingles += set.Length;
                bytes += text.Length;
                shortFiles += set.IsEmpty ? 1 : 0;
            }
        }

        sets.EndColumn();
        sets.Close();
        signatures.Write(output.Create(DedupPaths.Signatures(part.Number)));
        ranks.Write(output.Create(DedupPaths.RankRun(part.Number)));
        output.Add(CountName.SignaturesFiles, clean.RowCount);
        output.Add(CountName.SignaturesBytes, bytes);
        output.Add(CountName.SignaturesShingles, shingles);
        output.Add(CountName.SignaturesWithoutShingles, shortFiles);
    }

    // The columns that a rank depends on, looked up once per row group.
    private sealed class RankColumns(CorpusShard.Rows rows)
    {
        private readonly BinaryColumn _repository = rows.Get(Column.RepositoryName);
        private readonly BinaryColumn _path = rows.Get(Column.Path);
        private readonly BinaryColumn _license = rows.Get(Column.LicenseType);
        private readonly Int32Column _stars = rows.Get(Column.Stars);
        private readonly BooleanColumn _isFork = rows.Get(Column.IsFork);
        private readonly BinaryColumn _createdAt = rows.Get(Column.RepositoryCreatedAt);

        /// <summary>Appends the rank key of a row.</summary>
        public void Write(int row, ArrayBufferWriter<byte> key) => RankKey.Write(
            key, LicenseClasses.Parse(Encoding.UTF8.GetString(_license[row])), _stars.IsNull(row) ? 0 : _stars[row],
            !_isFork.IsNull(row) && _isFork[row], !_createdAt.IsNull(row), _createdAt[row], _repository[row], _path[row]);
    }
}
