using System.Diagnostics;
using DataForge.Parquet;
using DataForge.Testing;

namespace DataForge.Parquet.Tests;

/// <summary>
/// Damaged files raise <see cref="ParquetException"/> or read as something, and nothing else happens. DATAFORGE_TEST_FUZZ sets how many files
/// are tried (default 3,000), DATAFORGE_TEST_FUZZ_SEED where the sequence starts (default 1).
/// </summary>
public class MutationTests(ITestOutputHelper output)
{
    /// <summary>Larger originals only make each try slower.</summary>
    private const int MaxBytes = 100_000;

    [Fact]
    public void Read_mutatedFiles_raisesNothingButParquetException()
    {
        List<(string Name, byte[] Bytes)> originals = Originals();
        int count = int.Parse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_FUZZ") ?? "3000");
        int seed = int.Parse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_FUZZ_SEED") ?? "1");
        int refused = 0;
        TimeSpan slowest = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            Random random = new(unchecked((seed * 1_000_003) + i));
            (string name, byte[] original) = originals[random.Next(originals.Count)];
            byte[] mutated = Mutation.Apply(original, originals[random.Next(originals.Count)].Bytes, random);
            long start = Stopwatch.GetTimestamp();
            try
            {
                ReadEverything(mutated, verifyChecksums: random.Next(4) == 0);
            }
            catch (ParquetException)
            {
                refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"seed {seed}, file {i} ({name}): {fault}");
            }

            TimeSpan took = Stopwatch.GetElapsedTime(start);
            slowest = took > slowest ? took : slowest;
        }

        using Process self = Process.GetCurrentProcess();
        output.WriteLine($"{count} files, {refused} refused, slowest {slowest.TotalMilliseconds:F0} ms, peak {self.PeakWorkingSet64 >> 20} MiB");
        Assert.True(slowest < TimeSpan.FromSeconds(20), $"one file took {slowest}");
    }

    /// <summary>The conformance files where they are, and files of our own with each codec.</summary>
    private static List<(string Name, byte[] Bytes)> Originals()
    {
        List<(string, byte[])> originals = [];
        foreach (ParquetCodec codec in Enum.GetValues<ParquetCodec>())
        {
            originals.Add(($"own {codec}", SampleFile.Write(200, new() { Codec = codec, RowGroupBytes = 4000, PageBytes = 500 })));
        }

        foreach (string folder in (string[])["data", "bad_data"])
        {
            string? path = SharedFiles.Find("conformance", "parquet", folder);
            string[] files = path is null ? [] : Directory.GetFiles(path, "*.parquet");
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                if (new FileInfo(file).Length <= MaxBytes)
                {
                    originals.Add((Path.GetFileName(file), File.ReadAllBytes(file)));
                }
            }
        }

        return originals;
    }

    private static void ReadEverything(byte[] bytes, bool verifyChecksums)
    {
        using ParquetReader reader = new(new MemoryStream(bytes), new() { VerifyChecksums = verifyChecksums });
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            using ParquetRowGroup group = reader.ReadRowGroup(index);
            foreach (ParquetNode node in reader.Root.Children)
            {
                int rows = 0;
                foreach (object? _ in group.Records(node.Name))
                {
                    if (++rows == 2000)
                    {
                        break; // the rest was decoded as well; making objects of it shows nothing more
                    }
                }
            }

            foreach (ParquetColumn column in reader.Schema.Columns)
            {
                if (column is { IsList: true, Type: ParquetType.String })
                {
                    StringListColumn list = group.StringList(column.Name);
                    for (int row = 0; row < Math.Min(list.Count, 2000); row++)
                    {
                        list.GetStrings(row);
                    }
                }
            }
        }
    }
}
