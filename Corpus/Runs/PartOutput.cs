using System.Collections.Concurrent;
using DataForge.Corpus.Counts;
using DataForge.Parquet;

namespace DataForge.Corpus.Runs;

/// <summary>What a part writes while it is computed: files under temporary names, and counts.</summary>
public sealed class PartOutput(Run run)
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long?> _files = new(StringComparer.Ordinal);

    /// <summary>
    /// The codecs that tables are written with, and their versions: with the same versions, the same rows give the same bytes.
    /// </summary>
    /// <exception cref="DataForgeException">The codecs do not load on this machine.</exception>
    public static string ParquetCodecs
    {
        get
        {
            try
            {
                return "zstd " + CodecVersions.Zstd;
            }
            catch (DllNotFoundException e)
            {
                throw DataForgeException.Usage(e.Message + ".");
            }
        }
    }

    /// <summary>What an entry with these files states of its codecs: nothing if no file is a table.</summary>
    public static string CodecsOf(IEnumerable<ManifestOutput> outputs) =>
        outputs.Any(output => output.Path.EndsWith(".parquet", StringComparison.Ordinal)) ? ParquetCodecs : "";

    /// <summary>
    /// Declares a file of this part and returns the temporary path to write it to. It is renamed when the part is complete.
    /// </summary>
    /// <param name="relativePath">Relative to the run's folder, parts separated by '/'.</param>
    public string Create(string relativePath)
    {
        string path = run.PathOf(relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        lock (_files)
        {
            _files.Add(relativePath, null);
        }

        return AtomicFile.TemporaryName(path);
    }

    /// <summary>States how many rows a file of this part has.</summary>
    public void SetRows(string relativePath, long rows)
    {
        lock (_files)
        {
            _files[relativePath] = rows;
        }
    }

    /// <summary>Adds to a count (<see cref="ManifestEntry.Counts"/>). Safe from several threads.</summary>
    public void Add(CountName name, long value = 1) =>
        _counts.AddOrUpdate(name.Name, static (_, added) => added, static (_, old, added) => old + added, value);

    /// <summary>A count so far.</summary>
    public long Count(CountName name) => _counts.GetValueOrDefault(name.Name);

    internal ManifestEntry Commit(string stage, string part, string inputHash, string optionsHash)
    {
        var outputs = new List<ManifestOutput>(_files.Count);
        foreach ((string relative, long? rows) in _files)
        {
            string path = run.PathOf(relative);
            string temporary = AtomicFile.TemporaryName(path);
            string hash = StageHash.OfFile(temporary);
            AtomicFile.Commit(path);
            outputs.Add(new ManifestOutput(relative, new FileInfo(path).Length, hash, rows));
        }

        return new ManifestEntry
        {
            Stage = stage,
            Part = part,
            InputHash = inputHash,
            OptionsHash = optionsHash,
            Codecs = CodecsOf(outputs),
            Outputs = outputs,
            Counts = new CountTable(_counts),
        };
    }

    internal void Discard()
    {
        foreach (string relative in _files.Keys)
        {
            File.Delete(AtomicFile.TemporaryName(run.PathOf(relative)));
        }
    }
}
