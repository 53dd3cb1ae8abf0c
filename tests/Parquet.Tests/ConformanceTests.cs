using System.Text.Json;
using System.Text.Json.Nodes;
using DataForge.Parquet;
using DataForge.Testing;

namespace DataForge.Parquet.Tests;

/// <summary>The files of apache/parquet-testing, read as DuckDB reads them.</summary>
public class ConformanceTests(ITestOutputHelper output)
{
    /// <summary>Refused here: two strings of a gigabyte each in a file of a few kilobytes.</summary>
    private const string TooLarge = "large_string_map.brotli.parquet";

    /// <summary>DuckDB refuses these; they are compared with each other in tests of their own.</summary>
    private static readonly string[] BeyondDuckDb =
    [
        "byte_stream_split_extended.gzip.parquet",
        "hadoop_lz4_compressed.parquet",
        "hadoop_lz4_compressed_larger.parquet",
        "non_hadoop_lz4_compressed.parquet",
        "map_no_value.parquet",
    ];

    /// <summary>
    /// Year 290000, which the file's own description gives for this row: its INT96 form holds days that wrapped around, and only sums
    /// modulo 2^64 microseconds come out right. DuckDB gives a third value, so it is no reference there.
    /// </summary>
    private const string WrappedRow = "int96_from_spark.parquet: a, row 5";

    /// <summary>
    /// Lies among the bad files because it crashed one reader, but breaks no rule: indices of width 0 for a dictionary of one value,
    /// bit-packed, as five of the good files have them too. DuckDB reads it, and so must we, with the same values.
    /// </summary>
    private const string NotReallyBad = "ARROW-GH-43605.parquet";

    private static readonly string[] CorruptChecksums =
    [
        "datapage_v1-corrupt-checksum.parquet",
        "rle-dict-uncompressed-corrupt-checksum.parquet",
    ];

    [Fact]
    public void Records_everyFile_equalDuckDb()
    {
        string[] files = [.. Files("data", [TooLarge, .. BeyondDuckDb, .. CorruptChecksums]), Files("bad_data").Single(file => file.EndsWith(NotReallyBad))];
        List<string> wrong = [];
        foreach (JsonElement dump in NodeReaders.Dump(files))
        {
            string file = dump.GetProperty("file").GetString()!;
            string? fault = dump.TryGetProperty("columns", out JsonElement expected) ? Compare(file, expected) : dump.GetRawText();
            output.WriteLine($"{Path.GetFileName(file)}: {fault ?? "equal"}");
            if (fault is not null)
            {
                wrong.Add($"{Path.GetFileName(file)}: {fault}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void ReadAll_badFiles_raiseOwnException()
    {
        string[] files = [.. Files("bad_data", NotReallyBad), .. Files("data").Where(file => CorruptChecksums.Contains(Path.GetFileName(file)))];
        Assert.True(files.Length >= 9);
        foreach (string file in files)
        {
            ParquetException? fault = Record.Exception(() => ReadAll(file)) as ParquetException;
            output.WriteLine($"{Path.GetFileName(file)}: {fault?.Message}");
        }

        Assert.All(files, file => Assert.Throws<ParquetException>(() => ReadAll(file)));
    }

    /// <summary>The one row that DuckDB cannot check: its bytes are given as they are stored, and mean the documented instant.</summary>
    [Fact]
    public void Binary_int96BeyondRange_givesStoredBytes()
    {
        string? file = SharedFiles.Find("conformance", "parquet", "data", "int96_from_spark.parquet");
        Assert.SkipWhen(file is null, "the conformance files are not there");
        using ParquetReader reader = ParquetReader.Open(file!);
        using ParquetRowGroup group = reader.ReadRowGroup(0);
        ReadOnlySpan<byte> bytes = group.Binary("a")[5];
        long days = BitConverter.ToInt32(bytes[8..]) - 2_440_588L;
        long microseconds = unchecked((days * 86_400_000_000L) + (BitConverter.ToInt64(bytes) / 1000));
        Assert.Equal(9_089_380_393_200_000_000L, microseconds); // 290000-12-31T01:00:00Z
    }

    [Fact]
    public void Records_byteStreamSplit_equalPlainColumns()
    {
        Dictionary<string, List<string>> columns = ReadAll(Files("data").Single(file => file.EndsWith("byte_stream_split_extended.gzip.parquet")));
        string[] plain = [.. columns.Keys.Where(name => name.EndsWith("_plain"))];
        Assert.Equal(7, plain.Length);
        Assert.All(plain, name => Assert.Equal(columns[name], columns[name.Replace("_plain", "_byte_stream_split")]));
    }

    [Theory]
    [InlineData("hadoop_lz4_compressed.parquet", "lz4_raw_compressed.parquet")]
    [InlineData("non_hadoop_lz4_compressed.parquet", "lz4_raw_compressed.parquet")]
    [InlineData("hadoop_lz4_compressed_larger.parquet", "lz4_raw_compressed_larger.parquet")]
    public void Records_deprecatedLz4_equalSameDataAsLz4Raw(string deprecated, string raw)
    {
        string[] files = Files("data");
        Dictionary<string, List<string>> expected = ReadAll(files.Single(file => file.EndsWith("/" + raw)));
        Assert.Equal(expected, ReadAll(files.Single(file => file.EndsWith("/" + deprecated))));
    }

    /// <summary>A map without values, which DuckDB refuses; the file holds its keys a second time as a list.</summary>
    [Fact]
    public void Records_mapWithoutValues_hasKeysOfList()
    {
        Dictionary<string, List<string>> columns = ReadAll(Files("data").Single(file => file.EndsWith("map_no_value.parquet")));
        Assert.Equal(["[[\"1\",null],[\"2\",null],[\"3\",null]]", "[[\"4\",null],[\"5\",null],[\"6\",null]]", "[[\"7\",null],[\"8\",null],[\"9\",null]]"], columns["my_map"]);
        Assert.Equal(columns["my_list"], columns["my_map_no_v"].Select(keys => keys.Replace("[\"", "\"").Replace("\"]", "\"")));
    }

    [Fact]
    public void ReadRowGroup_moreThanTheLimit_isRefusedNamingIt()
    {
        string file = Files("data").Single(file => file.EndsWith(TooLarge));
        ParquetException fault = Assert.Throws<ParquetException>(() => ReadAll(file));
        Assert.Contains("MemoryLimit", fault.Message);
    }

    private static string? Compare(string file, JsonElement expected)
    {
        try
        {
            Dictionary<string, List<string>> actual = ReadAll(file);
            foreach (JsonProperty column in expected.EnumerateObject())
            {
                List<string> rows = actual[column.Name];
                if (rows.Count != column.Value.GetArrayLength())
                {
                    return $"{column.Name}: {rows.Count} rows, not {column.Value.GetArrayLength()}";
                }

                int row = 0;
                foreach (JsonElement value in column.Value.EnumerateArray())
                {
                    string text = Text(JsonNode.Parse(value.GetRawText()));
                    bool isWrapped = $"{Path.GetFileName(file)}: {column.Name}, row {row}" == WrappedRow;
                    if (rows[row] != text && !isWrapped)
                    {
                        return $"{column.Name}, row {row}: {rows[row]}, not {text}";
                    }

                    row++;
                }
            }

            return actual.Count == expected.EnumerateObject().Count() ? null : "another number of columns";
        }
        catch (ParquetException fault)
        {
            return fault.Message;
        }
    }

    private static Dictionary<string, List<string>> ReadAll(string file)
    {
        using ParquetReader reader = ParquetReader.Open(file);
        Dictionary<string, List<string>> columns = reader.Root.Children.ToDictionary(node => node.Name, _ => new List<string>());
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            using ParquetRowGroup group = reader.ReadRowGroup(index);
            foreach (ParquetNode node in reader.Root.Children)
            {
                columns[node.Name].AddRange(group.Records(node.Name).Select(record => Text(CanonicalValue.Of(node, record))));
            }
        }

        return columns;
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";

    /// <summary>The .parquet files of a folder but those named; skips the test where the files or the readers are absent.</summary>
    private static string[] Files(string folder, params IEnumerable<string> except)
    {
        string? path = SharedFiles.Find("conformance", "parquet", folder);
        Assert.SkipWhen(path is null, "the conformance files are not there");
        Assert.SkipWhen(NodeReaders.Missing is not null, NodeReaders.Missing ?? "");
        return [.. Directory.GetFiles(path!, "*.parquet").Where(file => !except.Contains(Path.GetFileName(file))).Order(StringComparer.Ordinal)];
    }
}
