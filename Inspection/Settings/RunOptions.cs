using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Corpus.Runs;
using Microsoft.Extensions.Configuration;

namespace DataForge.Inspection.Settings;

/// <summary>The options that a run was built under.</summary>
public static class RunOptions
{
    /// <summary>How config.json is written: names as the binder reads them.</summary>
    private static readonly JsonSerializerOptions ConfigFormat = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>What the run's <c>config.json</c> says; the defaults where it has none.</summary>
    public static DataForgeOptions Of(Run run)
    {
        var options = new DataForgeOptions();
        if (File.Exists(run.ConfigFile))
        {
            new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(run.ConfigFile)).Build().Bind(options);
        }

        return options;
    }

    /// <summary>Options as <c>config.json</c> has them.</summary>
    public static byte[] Json(DataForgeOptions options) => [.. JsonSerializer.SerializeToUtf8Bytes(options, ConfigFormat), (byte)'\n'];

    /// <summary>Writes the options as resolved into the run.</summary>
    public static void Save(Run run, DataForgeOptions options)
    {
        byte[] json = Json(options);
        using FileLock held = FileLock.Take(run.LockFile);
        if (!File.Exists(run.ConfigFile) || !json.AsSpan().SequenceEqual(File.ReadAllBytes(run.ConfigFile)))
        {
            AtomicFile.Write(run.ConfigFile, json);
        }
    }
}
