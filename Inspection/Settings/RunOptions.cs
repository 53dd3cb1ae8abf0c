using System.Reflection;
using DataForge.Corpus.Runs;
using Microsoft.Extensions.Configuration;

namespace DataForge.Inspection.Settings;

/// <summary>The options that a run was built under.</summary>
public static class RunOptions
{
    /// <summary>What the run's <c>config.json</c> says; the defaults where it has none.</summary>
    public static DataForgeOptions Of(Run run)
    {
        var options = new DataForgeOptions();
        if (File.Exists(run.ConfigFile))
        {
            Bind(options, new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(run.ConfigFile)).Build());
        }

        return options;
    }

    /// <summary>
    /// Sets the options that a configuration has, those of option tables (<see cref="IOptionTable"/>) included. Other names are ignored.
    /// </summary>
    /// <exception cref="InvalidOperationException">A value does not convert to its option's type.</exception>
    public static void Bind(DataForgeOptions options, IConfiguration configuration)
    {
        foreach (PropertyInfo section in typeof(DataForgeOptions).GetProperties())
        {
            Bind(section.GetValue(options)!, configuration.GetSection(section.Name));
        }
    }

    /// <summary>Sets the options of one section, as <see cref="Bind(DataForgeOptions, IConfiguration)"/> does.</summary>
    /// <exception cref="InvalidOperationException">A value does not convert to its option's type.</exception>
    public static void Bind(object section, IConfigurationSection configuration)
    {
        configuration.Bind(section);
        OptionTables.Bind(section, configuration.AsEnumerable(makePathsRelative: true));
    }

    /// <summary>Options as <c>config.json</c> has them.</summary>
    public static byte[] Json(DataForgeOptions options) => OptionsJson.Config(options);

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
