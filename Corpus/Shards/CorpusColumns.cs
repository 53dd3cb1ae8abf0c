using DataForge.Parquet;

namespace DataForge.Corpus.Shards;

/// <summary>The columns of a corpus shard other than the text, looked up once a row group.</summary>
internal sealed class CorpusColumns(ParquetRowGroup rows)
{
    private readonly BinaryColumn _contentId = rows.Binary("content_id");
    private readonly Int64Column _repositoryId = rows.Int64("repo_id");
    private readonly BinaryColumn _repository = rows.Binary("repo_name");
    private readonly BinaryColumn _source = rows.Binary("repo_source");
    private readonly Int32Column _snapshot = rows.Int32("snapshot");
    private readonly BinaryColumn _commit = rows.Binary("revision_id");
    private readonly Int32Column _stars = rows.Int32("star_events_count");
    private readonly Int32Column _forks = rows.Int32("fork_events_count");
    private readonly BooleanColumn _isFork = rows.Boolean("is_fork");
    private readonly BinaryColumn _createdAt = rows.Binary("repo_created_at");
    private readonly BinaryColumn _forgeLicense = rows.Binary("repo_license");
    private readonly BinaryColumn _path = rows.Binary("path");
    private readonly BinaryColumn _license = rows.Binary("license");
    private readonly BinaryColumn _licenseType = rows.Binary("license_type");
    private readonly BinaryColumn _licenseEvidence = rows.Binary("license_evidence");
    private readonly StringListColumn _copyright = rows.StringList("copyright");
    private readonly Int32Column _copies = rows.Int32("copies");
    private readonly StringListColumn _otherOccurrences = rows.StringList("other_occurrences");
    private readonly BinaryColumn _encoding = rows.Binary("src_encoding");
    private readonly Int64Column _size = rows.Int64("length_bytes");
    private readonly Int32Column _lines = rows.Int32("line_count");
    private readonly DoubleColumn _meanLine = rows.Double("avg_line_length");
    private readonly Int32Column _maxLine = rows.Int32("max_line_length");
    private readonly DoubleColumn _alphanumericShare = rows.Double("alphanum_fraction");
    private readonly BooleanColumn _isVendored = rows.Boolean("is_vendor");

    /// <summary>One row, with the id that the caller has read already.</summary>
    public CorpusFile File(int row, BlobId id) => new()
    {
        BlobId = id,
        ContentId = BlobId.Parse(_contentId[row]),
        Repository = new RepositoryFacts
        {
            Id = _repositoryId[row],
            Name = _repository.GetString(row),
            Source = _source.GetString(row),
            Snapshot = _snapshot[row],
            Commit = _commit.TextAt(row),
            Stars = _stars.At(row),
            Forks = _forks.At(row),
            IsFork = _isFork.At(row),
            CreatedAt = _createdAt.TextAt(row),
            ForgeLicense = _forgeLicense.TextAt(row),
        },
        Path = _path.GetString(row),
        License = _license.GetString(row),
        LicenseClass = LicenseClasses.Parse(_licenseType.GetString(row)),
        LicenseEvidence = _licenseEvidence.GetString(row),
        Copyright = _copyright.GetStrings(row),
        Copies = _copies[row],
        OtherOccurrences = _otherOccurrences.GetStrings(row),
        SourceEncoding = _encoding.GetString(row),
        Size = _size[row],
        Lines = _lines[row],
        MeanLine = _meanLine[row],
        MaxLine = _maxLine[row],
        AlphanumericShare = _alphanumericShare[row],
        IsVendored = _isVendored[row],
    };
}
