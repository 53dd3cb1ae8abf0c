using DataForge.Parquet;

namespace DataForge.Corpus.Columns;

/// <summary>
/// Writes an <see cref="Attribution"/> to the columns of a clean or published shard, and reads it. Version 1 can be written too, so that
/// one shard of a dataset can be rewritten without the others.
/// </summary>
internal static class AttributionColumns
{
    /// <summary>Appends the attribution to the row being written.</summary>
    /// <param name="rows">A file of <see cref="Table.Corpus"/> or <see cref="Table.CorpusV1"/>.</param>
    /// <param name="attribution">The attribution.</param>
    public static void Append(TableWriter rows, Attribution attribution)
    {
        RepositoryColumns.Shards.Append(rows, attribution.Repository);
        rows.Append(Column.Path, attribution.Path);
        rows.Append(Column.License, attribution.License);
        rows.Append(Column.LicenseType, attribution.LicenseClass.Name());
        rows.Append(Column.LicenseEvidence, attribution.LicenseEvidence);
        rows.Append(Column.Copyright, attribution.Copyright);
        rows.Append(Column.Copies, attribution.Copies);
        AppendOthers(rows, attribution.OtherOccurrences);
        rows.Append(Column.IsVendored, attribution.IsVendored);
    }

    private static void AppendOthers(TableWriter rows, IReadOnlyList<OccurrenceLocation> others)
    {
        if (rows.Table == Table.CorpusV1)
        {
            rows.Append(Column.OtherOccurrences, Texts(others, static other => other.ToString()));
            return;
        }

        rows.Append(Column.OtherRepositories, Texts(others, static other => other.Repository));
        rows.Append(Column.OtherPaths, Texts(others, static other => other.Path));
    }

    private static string[] Texts(IReadOnlyList<OccurrenceLocation> others, Func<OccurrenceLocation, string> text)
    {
        if (others.Count == 0)
        {
            return [];
        }

        string[] texts = new string[others.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = text(others[i]);
        }

        return texts;
    }

    /// <summary>Reads the attributions of one row group's rows.</summary>
    public sealed class Reader(ParquetRowGroup rows, Table table, IReadOnlySet<string> repositories)
    {
        private readonly RepositoryColumns.Reader _repository = RepositoryColumns.Shards.Of(rows);
        private readonly BinaryColumn _path = rows.Get(Column.Path);
        private readonly BinaryColumn _license = rows.Get(Column.License);
        private readonly BinaryColumn _licenseType = rows.Get(Column.LicenseType);
        private readonly BinaryColumn _licenseEvidence = rows.Get(Column.LicenseEvidence);
        private readonly StringListColumn _copyright = rows.Get(Column.Copyright);
        private readonly Int32Column _copies = rows.Get(Column.Copies);
        private readonly OtherOccurrencesReader _others = new(rows, table, repositories);
        private readonly BooleanColumn _isVendored = rows.Get(Column.IsVendored);

        /// <summary>The attribution of a row.</summary>
        public Attribution At(int row) => new()
        {
            Repository = _repository.Facts(row),
            Path = _path.GetString(row),
            License = _license.GetString(row),
            LicenseClass = LicenseClasses.Parse(_licenseType.GetString(row)),
            LicenseEvidence = _licenseEvidence.GetString(row),
            Copyright = _copyright.GetStrings(row),
            Copies = _copies[row],
            OtherOccurrences = _others.At(row),
            IsVendored = _isVendored[row],
        };
    }
}

/// <summary>Reads the other occurrences of one row group's rows, from either version.</summary>
internal sealed class OtherOccurrencesReader
{
    private readonly IReadOnlySet<string> _names;
    private readonly StringListColumn? _texts;
    private readonly StringListColumn? _repositories;
    private readonly StringListColumn? _paths;

    /// <param name="rows">The row group.</param>
    /// <param name="table">The version.</param>
    /// <param name="names">Names of repositories, to divide the texts of version 1 by.</param>
    public OtherOccurrencesReader(ParquetRowGroup rows, Table table, IReadOnlySet<string> names)
    {
        _names = names;
        if (table == Table.CorpusV1)
        {
            _texts = rows.Get(Column.OtherOccurrences);
        }
        else
        {
            (_repositories, _paths) = (rows.Get(Column.OtherRepositories), rows.Get(Column.OtherPaths));
        }
    }

    /// <summary>The columns that it needs.</summary>
    public static Column[] ColumnsOf(Table table) =>
        table == Table.CorpusV1 ? [Column.OtherOccurrences] : [Column.OtherRepositories, Column.OtherPaths];

    /// <summary>The other occurrences of a row.</summary>
    public IReadOnlyList<OccurrenceLocation> At(int row)
    {
        if (_texts is not null)
        {
            return _texts.Length(row) == 0 ? [] : Array.ConvertAll(_texts.GetStrings(row), text => OccurrenceLocation.Parse(text, _names));
        }

        int count = _repositories!.Length(row);
        if (count == 0)
        {
            return [];
        }

        string[] repositories = _repositories.GetStrings(row);
        string[] paths = _paths!.GetStrings(row);
        return paths.Length == count
            ? [.. repositories.Zip(paths, static (repository, path) => new OccurrenceLocation(repository, path))]
            : throw new FormatException($"a row has {count} {Column.OtherRepositories} and {paths.Length} {Column.OtherPaths}");
    }
}
