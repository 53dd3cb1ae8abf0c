using System.Buffers;
using System.Text;
using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Shingling;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The first step, a part for each part of <c>2-clean</c>: of each file its shingle set, the keys of its bands, its fingerprints and its rank key.
/// Disk: 8 bytes a distinct shingle (about as much as the text) and 360 bytes a file with 36 bands.
/// </summary>
internal static class SignatureStep
{
    private static readonly string[] Columns =
        ["blob_id", "content", "repo_name", "path", "license_type", "star_events_count", "is_fork", "repo_created_at"];

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
        using var sets = new WordFileWriter(output.Create(WorkFiles.Shingles(part.Number)));
        for (int group = 0; group < clean.RowGroupCount; group++)
        {
            using CorpusShard.Rows rows = clean.ReadRowGroup(group, Columns);
            var rankColumns = new RankColumns(rows.Columns);
            for (int row = 0; row < rows.Count; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> text = rows.Text(row);
                shingler.Take(text);
                ReadOnlySpan<ulong> set = shingler.Set;
                // A file too short for a shingle has no keys, so it meets no other by accident; its folded text stands for its set.
                Fingerprint fingerprint = set.IsEmpty ? foldedText.HashWide(text) : Fingerprint.OfSet(set);
                if (!set.IsEmpty)
                {
                    kernel.BandKeys(set, keys);
                }

                signatures.Append(
                    new FileSignature(rows.Id(row), fingerprint, foldedText.Hash(text), sets.Position, set.Length, text.Length), set.IsEmpty ? [] : keys);
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
        signatures.Write(output.Create(WorkFiles.Signatures(part.Number)));
        ranks.Write(output.Create(WorkFiles.RankRun(part.Number)));
        output.Add("signatures.files", clean.RowCount);
        output.Add("signatures.bytes", bytes);
        output.Add("signatures.shingles", shingles);
        output.Add("signatures.without_shingles", shortFiles);
    }

    // The columns that a rank is made of, looked up once a row group.
    private sealed class RankColumns(ParquetRowGroup rows)
    {
        private readonly BinaryColumn _repository = rows.Binary("repo_name");
        private readonly BinaryColumn _path = rows.Binary("path");
        private readonly BinaryColumn _license = rows.Binary("license_type");
        private readonly Int32Column _stars = rows.Int32("star_events_count");
        private readonly BooleanColumn _isFork = rows.Boolean("is_fork");
        private readonly BinaryColumn _createdAt = rows.Binary("repo_created_at");

        public void Write(int row, ArrayBufferWriter<byte> key) => RankKey.Write(
            key, LicenseClasses.Parse(Encoding.UTF8.GetString(_license[row])), _stars.IsNull(row) ? 0 : _stars[row],
            !_isFork.IsNull(row) && _isFork[row], !_createdAt.IsNull(row), _createdAt[row], _repository[row], _path[row]);
    }
}
