using DataForge.Parquet;

namespace DataForge.Corpus.Columns;

/// <summary>
/// The columns that <see cref="RepositoryFacts"/> are written to and read from. Raw files have other names for them than all other tables.
/// </summary>
public sealed class RepositoryColumns
{
    /// <summary>The names in <c>raw/files</c>.</summary>
    public static readonly RepositoryColumns RawFiles = new(
        Column.RawRepositoryId, Column.RawRepository, Column.RawSource, Column.RawCommit, Column.RawStars, Column.RawForks,
        Column.RawCreatedAt, Column.RawForgeLicense);

    /// <summary>The names in <c>2-clean</c> and <c>3-dataset</c>.</summary>
    public static readonly RepositoryColumns Shards = new(
        Column.RepositoryId, Column.RepositoryName, Column.RepositorySource, Column.RevisionId, Column.Stars, Column.Forks,
        Column.RepositoryCreatedAt, Column.RepositoryLicense);

    private readonly Column<Int64Column> _id;
    private readonly Column<BinaryColumn> _name;
    private readonly Column<BinaryColumn> _source;
    private readonly Column<BinaryColumn> _commit;
    private readonly Column<Int32Column> _stars;
    private readonly Column<Int32Column> _forks;
    private readonly Column<BinaryColumn> _createdAt;
    private readonly Column<BinaryColumn> _forgeLicense;

    private RepositoryColumns(
        Column<Int64Column> id, Column<BinaryColumn> name, Column<BinaryColumn> source, Column<BinaryColumn> commit,
        Column<Int32Column> stars, Column<Int32Column> forks, Column<BinaryColumn> createdAt, Column<BinaryColumn> forgeLicense)
    {
        (_id, _name, _source, _commit) = (id, name, source, commit);
        (_stars, _forks, _createdAt, _forgeLicense) = (stars, forks, createdAt, forgeLicense);
    }

    /// <summary>Appends the facts to the row being written.</summary>
    public void Append(TableWriter rows, RepositoryFacts repository)
    {
        rows.Append(_id, repository.Id);
        rows.Append(_name, repository.Name);
        rows.Append(_source, repository.Source);
        rows.Append(Column.Snapshot, repository.Snapshot);
        rows.Append(_commit, repository.Commit);
        rows.Append(_stars, repository.Stars);
        rows.Append(_forks, repository.Forks);
        rows.Append(Column.IsFork, repository.IsFork);
        rows.Append(_createdAt, repository.CreatedAt);
        rows.Append(_forgeLicense, repository.ForgeLicense);
    }

    /// <summary>Finds the columns in a row group. Call it once for a row group, not once for a row.</summary>
    public Reader Of(ParquetRowGroup rows) => new(this, rows);

    /// <summary>Reads the facts of one row group's rows.</summary>
    public sealed class Reader
    {
        private readonly Int64Column _id;
        private readonly BinaryColumn _name;
        private readonly BinaryColumn _source;
        private readonly Int32Column _snapshot;
        private readonly BinaryColumn _commit;
        private readonly Int32Column _stars;
        private readonly Int32Column _forks;
        private readonly BooleanColumn _isFork;
        private readonly BinaryColumn _createdAt;
        private readonly BinaryColumn _forgeLicense;

        internal Reader(RepositoryColumns columns, ParquetRowGroup rows)
        {
            _id = rows.Get(columns._id);
            _name = rows.Get(columns._name);
            _source = rows.Get(columns._source);
            _snapshot = rows.Get(Column.Snapshot);
            _commit = rows.Get(columns._commit);
            _stars = rows.Get(columns._stars);
            _forks = rows.Get(columns._forks);
            _isFork = rows.Get(Column.IsFork);
            _createdAt = rows.Get(columns._createdAt);
            _forgeLicense = rows.Get(columns._forgeLicense);
        }

        /// <summary>The repository's number.</summary>
        public long Id(int row) => _id[row];

        /// <summary>The snapshot's number.</summary>
        public int Snapshot(int row) => _snapshot[row];

        /// <summary>All facts of a row.</summary>
        public RepositoryFacts Facts(int row) => new()
        {
            Id = _id[row],
            Name = _name.GetString(row),
            Source = _source.GetString(row),
            Snapshot = _snapshot[row],
            Commit = _commit.TextAt(row),
            Stars = _stars.ValueAt(row),
            Forks = _forks.ValueAt(row),
            IsFork = _isFork.ValueAt(row),
            CreatedAt = _createdAt.TextAt(row),
            ForgeLicense = _forgeLicense.TextAt(row),
        };

        /// <summary>
        /// All facts of a row: <paramref name="last"/> if it is of the same snapshot, so that the rows of one snapshot share an object.
        /// </summary>
        public RepositoryFacts Facts(int row, RepositoryFacts? last) =>
            last is not null && last.Id == _id[row] && last.Snapshot == _snapshot[row] ? last : Facts(row);
    }
}
