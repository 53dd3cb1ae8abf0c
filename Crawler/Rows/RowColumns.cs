using System.Globalization;
using System.Text.Unicode;
using DataForge.Corpus;
using DataForge.Parquet;
using DataForge.Crawler.Sources;

namespace DataForge.Crawler.Rows;

/// <summary>The columns of a Parquet file that rows are read from, by the names in the options.</summary>
internal sealed class RowColumns
{
    private readonly string _repository;
    private readonly string _path;
    private readonly string _content;
    private readonly string? _license;
    private readonly string? _createdAt;
    private readonly string? _commit;
    private readonly ParquetColumn? _stars;
    private readonly ParquetColumn? _forks;
    private readonly ParquetColumn? _isFork;

    /// <summary>Finds the columns in a file.</summary>
    /// <exception cref="DataForgeException">A required column is missing, or a column is of the wrong type.</exception>
    public RowColumns(ParquetReader reader, string file, CrawlOptions options)
    {
        Dictionary<string, ParquetColumn> columns = reader.Schema.Columns.ToDictionary(column => column.Name);
        ParquetColumn? Find(string name, string option, bool isRequired, params ParquetType[] types)
        {
            if (!columns.TryGetValue(name, out ParquetColumn? column))
            {
                return !isRequired ? null : throw DataForgeException.Usage(
                    $"{file} has no column '{name}' (it has {string.Join(", ", columns.Keys)}): "
                    + $"set Crawl:{option} to the column that holds it.");
            }

            return !column.IsList && types.Contains(column.Type) ? column : throw DataForgeException.Usage(
                $"{file}: column '{name}' is of type {column.Type}{(column.IsList ? " (a list)" : "")}, which is not read: "
                + $"set Crawl:{option} to another column.");
        }

        string? Text(string name, string option, bool isRequired = false) =>
            Find(name, option, isRequired, ParquetType.String, ParquetType.Binary)?.Name;
        ParquetType[] numbers = [ParquetType.Int32, ParquetType.Int64, ParquetType.Float, ParquetType.Double];

        _repository = Text(options.RepositoryColumn, nameof(options.RepositoryColumn), isRequired: true)!;
        _path = Text(options.PathColumn, nameof(options.PathColumn), isRequired: true)!;
        _content = Text(options.ContentColumn, nameof(options.ContentColumn), isRequired: true)!;
        _license = Text(options.LicenseColumn, nameof(options.LicenseColumn));
        _createdAt = Text(options.CreatedAtColumn, nameof(options.CreatedAtColumn));
        _commit = Text(options.CommitColumn, nameof(options.CommitColumn));
        _stars = Find(options.StarsColumn, nameof(options.StarsColumn), isRequired: false, numbers);
        _forks = Find(options.ForksColumn, nameof(options.ForksColumn), isRequired: false, numbers);
        _isFork = Find(options.IsForkColumn, nameof(options.IsForkColumn), isRequired: false, ParquetType.Boolean);
        Names = [.. new[] { _repository, _path, _content, _license, _createdAt, _commit, _stars?.Name, _forks?.Name, _isFork?.Name }
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
        private readonly BinaryColumn _path = rows.Binary(columns._path);
        private readonly BinaryColumn _content = rows.Binary(columns._content);
        private readonly BinaryColumn? _license = columns._license is { } name ? rows.Binary(name) : null;
        private readonly BinaryColumn? _createdAt = columns._createdAt is { } name ? rows.Binary(name) : null;
        private readonly BinaryColumn? _commit = columns._commit is { } name ? rows.Binary(name) : null;
        private readonly Func<int, double?> _stars = Number(rows, columns._stars);
        private readonly Func<int, double?> _forks = Number(rows, columns._forks);
        private readonly BooleanColumn? _isFork = columns._isFork is { } column ? rows.Boolean(column.Name) : null;

        /// <summary>A row's content.</summary>
        public ReadOnlySpan<byte> Content(int row) => _content[row];

        /// <summary>All fields of a row but its content.</summary>
        /// <exception cref="FormatException">A value is missing or invalid.</exception>
        public Row Row(int index)
        {
            var row = new Row
            {
                Repository = Text(_repository, index),
                Path = _path.IsNull(index) ? null : PathText.FromBytes(_path[index]),
                License = Text(_license, index),
                CreatedAt = Rows.Row.Time(Text(_createdAt, index)),
                Commit = Text(_commit, index),
                Stars = Whole(_stars(index)),
                Forks = Whole(_forks(index)),
                IsFork = _isFork is null || _isFork.IsNull(index) ? null : _isFork[index],
            };
            return _content.IsNull(index) ? throw new FormatException("it has no content")
                : RowRepository.Fault(row) is { } fault ? throw new FormatException(fault)
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

        private static int? Whole(double? value) => value is null ? null
            : value == Math.Floor(value.Value) && Math.Abs(value.Value) <= int.MaxValue ? (int)value
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"stars and forks must be whole numbers, not {value}"));

        private static Func<int, double?> Number(ParquetRowGroup rows, ParquetColumn? column)
        {
            switch (column?.Type)
            {
                case null:
                    return static _ => null;
                case ParquetType.Int32:
                    Int32Column int32 = rows.Int32(column.Name);
                    return row => int32.IsNull(row) ? null : int32[row];
                case ParquetType.Int64:
                    Int64Column int64 = rows.Int64(column.Name);
                    return row => int64.IsNull(row) ? null : int64[row];
                case ParquetType.Float:
                    FloatColumn single = rows.Float(column.Name);
                    return row => single.IsNull(row) ? null : single[row];
                default:
                    DoubleColumn number = rows.Double(column.Name);
                    return row => number.IsNull(row) ? null : number[row];
            }
        }
    }
}
