using System.Reflection;
using System.Text.RegularExpressions;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Tests.SourceStyle;
using DataForge.Testing;

namespace DataForge.Corpus.Tests.Columns;

/// <summary>A column, a count and a table are declared in Corpus or do not exist.</summary>
public sealed partial class DeclarationTests
{
    [Theory]
    [InlineData(typeof(Column))]
    [InlineData(typeof(Column<int>))]
    [InlineData(typeof(Table))]
    [InlineData(typeof(CountName))]
    [InlineData(typeof(CountFamily))]
    public void Declarations_outsideCorpus_cannotBeMade(Type type) =>
        Assert.DoesNotContain(
            type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic),
            constructor => constructor.IsPublic || constructor.IsFamily || constructor.IsFamilyOrAssembly);

    /// <summary>Nothing that writes or reads a column, or adds or reads a count, takes its name as text.</summary>
    [Theory]
    [InlineData(typeof(TableWriter))]
    [InlineData(typeof(ColumnReading))]
    [InlineData(typeof(CorpusShard.Reader))]
    [InlineData(typeof(CorpusShard.Rows))]
    [InlineData(typeof(CountTable))]
    [InlineData(typeof(PartOutput))]
    [InlineData(typeof(ManifestEntry))]
    public void PublicMethods_ofReadersAndWriters_takeNoNameAsText(Type type)
    {
        string[] allowed =
        [
            "Append:value", "FromJson:json", "Create:relativePath", "SetRows:relativePath", "IsCurrent:inputHash", "IsCurrent:optionsHash",
        ];
        IEnumerable<string> texts =
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where !method.IsSpecialName && !method.Name.StartsWith('<')
            from parameter in method.GetParameters()
            where parameter.ParameterType == typeof(string) || parameter.ParameterType == typeof(string[])
            select $"{method.Name}:{parameter.Name}";
        Assert.Empty(texts.Except(allowed));
    }

    [Fact]
    public void Append_columnOfAnotherTable_isRefused()
    {
        using var folder = new TemporaryFolder();
        using var writer = new TableWriter(folder["t.parquet"], Table.RawBlobs);
        Assert.Contains("has no column 'path'", Assert.Throws<ArgumentException>(() => writer.Append(Column.Path, "x")).Message, StringComparison.Ordinal);

        // A column of the same name is another column.
        Assert.Throws<ArgumentException>(() => writer.Append(Column.Content, "x"));
        writer.Append(Column.BlobId, BlobId.Of("x"u8));
        Assert.Contains("'content'", Assert.Throws<InvalidOperationException>(writer.EndRow).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => writer.Append(Column.BlobId, BlobId.Of("x"u8)));
    }

    [Fact]
    public void Open_anotherTable_isRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (Table table in new[] { Table.RawBlobs, Table.Pairs })
        {
            using var writer = new TableWriter(folder[table.Name], table);
            writer.Close();
        }

        using (var blobs = new TableReader(folder["raw-blobs"], Table.Pairs, Table.RawBlobs))
        using (var pairs = new TableReader(folder["pairs"], Table.Pairs))
        {
            Assert.Equal((Table.RawBlobs, Table.Pairs), (blobs.Table, pairs.Table));
        }

        Assert.Throws<DataForgeException>(() => new TableReader(folder["raw-blobs"], Table.Dropped));
        Assert.Throws<DataForgeException>(() => new TableReader(folder["raw-blobs"], Table.Pairs));
        Assert.Throws<DataForgeException>(() => new TableReader(folder["pairs"], Table.Clusters));
    }

    [Fact]
    public void Declarations_all_haveNamesOfTheirOwnAndMeanings()
    {
        Assert.Equal(DeclaredCount.All.Count, DeclaredCount.All.Select(count => count.Name).Distinct().Count());
        Assert.All(DeclaredCount.All, count => Assert.NotEmpty(count.Meaning));
        Assert.All(Table.All, table => Assert.All(table.Columns, column => Assert.NotEmpty(column.Meaning)));
        Assert.Empty(Column.All.Except(Table.All.SelectMany(table => table.Columns).Select(column => column.Column)));
    }

    // The crawler's options and layouts name columns of tables that others wrote; "license.txt" is a file.
    private static readonly string[] OtherMeanings =
        ["Crawler/CrawlOptions.cs", "Crawler/Rows/ColumnNames.cs", "Cleaner/Text/LicenseMention.cs"];

    /// <summary>
    /// No other product file spells the name of a column or a count. Names of one plain word are left out: in a JSON document, an option or a
    /// message the same word means something else. So are the files of <see cref="OtherMeanings"/>.
    /// </summary>
    [Fact]
    public void Sources_outsideCorpus_spellNoDeclaredName()
    {
        string[] names =
        [
            .. Column.All.Select(column => column.Name).Concat(DeclaredCount.All.Select(count => count.Name.Split('<')[0]))
                .Where(name => name.Contains('_') || name.Contains('.')).Distinct(),
        ];
        Assert.True(names.Length > 60, "the search is blind");
        IEnumerable<string> found =
            from file in ProductSources.All
            where !file.Path.StartsWith("Corpus/", StringComparison.Ordinal) && !file.Path.StartsWith("Libraries/", StringComparison.Ordinal)
            where !OtherMeanings.Contains(file.Path)
            from line in file.Lines.Index()
            where !line.Item.TrimStart().StartsWith("//", StringComparison.Ordinal)
            from name in names
            where line.Item.Contains($"\"{name}", StringComparison.Ordinal)
            select $"{file.Path}:{line.Index + 1}: {name}";
        Assert.Empty(found);
    }

    /// <summary>Of a row group, columns are asked for by declaration, whatever their names.</summary>
    [Fact]
    public void Sources_outsideCorpus_readNoColumnByText()
    {
        IEnumerable<string> found =
            from file in ProductSources.All
            where !file.Path.StartsWith("Libraries/", StringComparison.Ordinal)
            from line in file.Lines.Index()
            where ByText().IsMatch(line.Item)
            select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";
        Assert.Empty(found);
    }

    [GeneratedRegex("""\.(Binary|Int32|Int64|Float|Double|Boolean|StringList|Int64List|Records|ReadRowGroup|IndexOf)\((\w+, )?"[a-z_]{3,}"[,)]""")]
    private static partial Regex ByText();
}
