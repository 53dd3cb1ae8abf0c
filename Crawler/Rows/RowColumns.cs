using System.Text.Unicode;
using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>The columns of a Parquet file that rows are read from (<see cref="ColumnNames"/>).</summary>
internal sealed class RowColumns
{
    private readonly string _repository;
    private readonly string? _path;
    private readonly string? _content;
    private readonly ParquetColumn? _license;
    private readonly string? _createdAt;
    private readonly string? _commit;
    private readonly ParquetColumn? _stars;
    private readonly ParquetColumn? _forks;
    private readonly ParquetColumn? _isFork;

    /// <summary>Finds the columns in a file.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its path, for messages.</param>
    /// <param name="names">The names of the columns.</param>
    /// <param name="isNested">Whether paths and contents are in a list of files (<see cref="NestedFiles"/>).</param>
    /// <exception cref="DataForgeException">A required column is missing, or a column is of the wrong type.</exception>
    public RowColumns(ParquetReader reader, string file, ColumnNames names, bool isNested = false)
    {
        Dictionary<string, ParquetColumn> columns = reader.Schema.Columns.ToDictionary(column => column.Name);
        ParquetColumn? Find(string name, string option, bool isRequired, bool allowsList, params ParquetType[] types)
        {
            if (!columns.TryGetValue(name, out ParquetColumn? column))
            {
                return !isRequired ? null : throw DataForgeException.Usage(
                    $"{file} has no column '{name}' (it has {string.Join(", ", columns.Keys)}): "
                    + $"set Crawl:{option} to the column that has it.");
            }

            return (allowsList || !column.IsList) && types.Contains(column.Type) ? column : throw DataForgeException.Usage(
                $"{file}: column '{name}' is of type {column.Type}{(column.IsList ? " (a list)" : "")}, which is not read: "
                + $"set Crawl:{option} to another column.");
        }

        string? Text(string name, string option, bool isRequired = false) =>
            Find(name, option, isRequired, allowsList: false, ParquetType.String, ParquetType.Binary)?.Name;
        ParquetColumn? Number(string name, string option) =>
            columns.TryGetValue(name, out ParquetColumn? column) && column is { DecimalScale: not null, IsList: false }
                ? column
                : Find(
                    name, option, isRequired: false, allowsList: false,
                    ParquetType.Int32, ParquetType.Int64, ParquetType.Float, ParquetType.Double);

        _repository = Text(names.Repository, nameof(CrawlOptions.RepositoryColumn), isRequired: true)!;
        _path = isNested ? null : Text(names.Path, nameof(CrawlOptions.PathColumn), isRequired: true);
        _content = isNested ? null : Text(names.Content, nameof(CrawlOptions.ContentColumn), isRequired: true);
        _license = Find(
            names.License, nameof(CrawlOptions.LicenseColumn), isRequired: false, allowsList: true, ParquetType.String, ParquetType.Binary);
        _createdAt = Text(names.CreatedAt, nameof(CrawlOptions.CreatedAtColumn));
        _commit = Text(names.Commit, nameof(CrawlOptions.CommitColumn));
        _stars = Number(names.Stars, nameof(CrawlOptions.StarsColumn));
        _forks = Number(names.Forks, nameof(CrawlOptions.ForksColumn));
        _isFork = Find(names.IsFork, nameof(CrawlOptions.IsForkColumn), isRequired: false, allowsList: false, ParquetType.Boolean);
        string? files = isNested ? names.Files : null;
        Names = [.. new[]
            { _repository, _path, _content, files, _license?.Name, _createdAt, _commit, _stars?.Name, _forks?.Name, _isFork?.Name }
            .OfType<string>().Distinct()];
    }

    /// <summary>The names of the columns to read.</summary>
    public string[] Names { get; }

    /// <summary>The columns of a row group.</summary>
    public Cells Read(ParquetRowGroup rows) => new(this, rows);

    /// <summary>The cells of one row group.</summary>
    public sealed class Cells(RowColumns columns, ParquetRowGroup rows)
    {
        private readonly BinaryColumn _repository = rows.Binary(columns._repository);
        private readonly BinaryColumn? _path = columns._path is { } name ? rows.Binary(name) : null;
        private readonly BinaryColumn? _content = columns._content is { } name ? rows.Binary(name) : null;
        private readonly BinaryColumn? _license = columns._license is { IsList: false } column ? rows.Binary(column.Name) : null;
        private readonly StringListColumn? _licenses = columns._license is { IsList: true } list ? rows.StringList(list.Name) : null;
        private readonly BinaryColumn? _createdAt = columns._createdAt is { } name ? rows.Binary(name) : null;
        private readonly BinaryColumn? _commit = columns._commit is { } name ? rows.Binary(name) : null;
        private readonly Func<int, int?> _stars = WholeNumbers.Of(rows, columns._stars);
        private readonly Func<int, int?> _forks = WholeNumbers.Of(rows, columns._forks);
        private readonly BooleanColumn? _isFork = columns._isFork is { } column ? rows.Boolean(column.Name) : null;

        /// <summary>A row's content.</summary>
        public ReadOnlySpan<byte> Content(int row) => _content is null ? default : _content[row];

        /// <summary>All fields of a row but its content.</summary>
        /// <param name="index">The row.</param>
        /// <param name="file">The file of the row's list of files that is meant; null if the row itself is one.</param>
        /// <exception cref="FormatException">A value is missing or invalid.</exception>
        public Row Row(int index, NestedFile? file = null)
        {
            var row = new Row
            {
                Repository = Text(_repository, index),
                Path = file is not null ? file.Path : _path is null || _path.IsNull(index) ? null : PathText.FromBytes(_path[index]),
                License = Text(_license, index),
                Licenses = file is null ? _licenses?.GetStrings(index) : [.. _licenses?.GetStrings(index) ?? [], .. file.Licenses],
                IsContentNull = file is not null ? file.Content is null : _content!.IsNull(index),
                CreatedAt = Rows.Row.Time(Text(_createdAt, index)),
                Commit = Text(_commit, index),
                Stars = _stars(index),
                Forks = _forks(index),
                IsFork = _isFork is null || _isFork.IsNull(index) ? null : _isFork[index],
            };
            return RowRepository.Fault(row) is { } fault ? throw new FormatException(fault)
                : row;
        }

        private static string? Text(BinaryColumn? column, int row)
        {
            if (column is null || column.IsNull(row))
            {
                return null;
            }

            return Utf8.IsValid(column[row]) ? column.GetString(row) : throw new FormatException("a text is not UTF-8");
        }
    }
}
