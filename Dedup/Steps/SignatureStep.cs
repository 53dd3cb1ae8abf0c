using System.Globalization;
using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Shingling;
using DataForge.Dedup.Ranking;
using DataForge.Dedup.Store;
using DataForge.Parquet;

namespace DataForge.Dedup.Steps;

/// <summary>
/// The first step, one part per part of <c>2-clean</c>: computes each file's shingle set, the keys of its bands, its fingerprints and its
/// rank key. The sets of a part that the cleaner has just written were computed there. Disk: 8 bytes per distinct shingle (about half as
/// much as the text), and 360 bytes per file with 36 bands.
/// </summary>
internal static class SignatureStep
{
    /// <summary>Computes one part.</summary>
    public static void Compute(Run run, CleanPart part, DedupOptions options, PartOutput output, CancellationToken cancellation)
    {
        using var clean = new CorpusShard.Reader(run.PathOf(part.File));
        var work = new Work(run, part, options, clean, output.Create(DedupPaths.Shingles(part.Number)), cancellation);
        SignaturePart signed = work.TryPrepared() ?? work.FromTexts();
        signed.Signatures.Write(output.Create(DedupPaths.Signatures(part.Number)));
        signed.Ranks.Write(output.Create(DedupPaths.RankRun(part.Number)));
        output.Add(CountName.SignaturesFiles, clean.RowCount);
        output.Add(CountName.SignaturesBytes, signed.Bytes);
        output.Add(CountName.SignaturesShingles, signed.Shingles);
        output.Add(CountName.SignaturesWithoutShingles, signed.ShortFiles);
    }

    /// <summary>The files of one part, with the shingle sets that the cleaner prepared or computed from the texts.</summary>
    private sealed class Work(
        Run run, CleanPart part, DedupOptions options, CorpusShard.Reader clean, string setsFile, CancellationToken cancellation)
    {
        private readonly ShingleSettings _settings = options.ToShingleSettings();

        /// <summary>Takes the prepared sets, without reading the texts; null if there are none of exactly these texts.</summary>
        public SignaturePart? TryPrepared()
        {
            using PreparedShingles? prepared = int.TryParse(part.Number, CultureInfo.InvariantCulture, out int number)
                ? PreparedShingles.Open(run, number, _settings, clean.RowCount)
                : null;
            if (prepared is null)
            {
                return null;
            }

            var signed = new SignaturePart(options, checked((int)clean.RowCount));
            for (int group = 0; group < clean.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = clean.ReadRowGroup(group, [.. RankColumns.All, Column.BlobId, Column.ContentId]);
                var rank = new RankColumns(rows);
                BinaryColumn contentIds = rows.Get(Column.ContentId);
                for (int row = 0; row < rows.Count; row++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    int at = signed.Rows;
                    if (!prepared.TryRead(at, BlobId.Parse(contentIds[row]), out ReadOnlySpan<ulong> set))
                    {
                        return null;
                    }

                    signed.Append(rows.Id(row), set, prepared.Folded(at), prepared.TextBytes(at));
                    rank.Write(row, signed.Ranks);
                }
            }

            if (!prepared.AreWhole)
            {
                return null;
            }

            AtomicFile.LinkOrCopy(prepared.SetsFile, setsFile);
            return signed;
        }

        /// <summary>Computes the sets.</summary>
        public SignaturePart FromTexts()
        {
            var shingler = new Shingler(_settings);
            var foldedText = new FoldedText(_settings.Seed);
            var signed = new SignaturePart(options, checked((int)clean.RowCount));

            // A process that was killed may have left a link to the prepared sets.
            File.Delete(setsFile);
            using var sets = new WordFileWriter(setsFile);
            for (int group = 0; group < clean.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = clean.ReadRowGroup(group, [.. RankColumns.All, Column.BlobId, Column.Content]);
                var rank = new RankColumns(rows);
                for (int row = 0; row < rows.Count; row++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    ReadOnlySpan<byte> text = rows.Text(row);
                    shingler.Process(text);
                    ReadOnlySpan<ulong> set = shingler.Set;
                    Fingerprint folded = foldedText.FingerprintOf(text, hasShingles: !set.IsEmpty);
                    signed.Append(rows.Id(row), set, folded, text.Length);
                    sets.Append(set);
                    rank.Write(row, signed.Ranks);
                }
            }

            sets.EndColumn();
            sets.Close();
            return signed;
        }
    }

    // The columns that a rank depends on, looked up once per row group.
    private sealed class RankColumns(CorpusShard.Rows rows)
    {
        /// <summary>These columns.</summary>
        public static readonly Column[] All =
            [Column.RepositoryName, Column.Path, Column.LicenseType, Column.Stars, Column.IsFork, Column.RepositoryCreatedAt];

        private readonly BinaryColumn _repository = rows.Get(Column.RepositoryName);
        private readonly BinaryColumn _path = rows.Get(Column.Path);
        private readonly BinaryColumn _license = rows.Get(Column.LicenseType);
        private readonly Int32Column _stars = rows.Get(Column.Stars);
        private readonly BooleanColumn _isFork = rows.Get(Column.IsFork);
        private readonly BinaryColumn _createdAt = rows.Get(Column.RepositoryCreatedAt);

        /// <summary>Appends the rank key of a row.</summary>
        public void Write(int row, RankRunWriter ranks)
        {
            RankKey.Write(
                ranks.Keys, LicenseClasses.Parse(Encoding.UTF8.GetString(_license[row])), _stars.IsNull(row) ? 0 : _stars[row],
                !_isFork.IsNull(row) && _isFork[row], !_createdAt.IsNull(row), _createdAt[row], _repository[row], _path[row]);
            ranks.EndRow();
        }
    }
}
