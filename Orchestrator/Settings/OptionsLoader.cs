using System.Globalization;
using DataForge.Inspection.Settings;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using Microsoft.Extensions.Configuration;

namespace DataForge.Orchestrator.Settings;

/// <summary>
/// Puts options together, later layers outranking earlier ones: defaults, the run's own <c>config.json</c> (so that a run goes on
/// under the options it began with), an options file, environment variables <c>DATAFORGE_SECTION__OPTION</c>, and the command line.
/// </summary>
internal static class OptionsLoader
{
    private const string EnvironmentPrefix = "DATAFORGE_";

    // What the launcher sets, what holds secrets (and must not get into config.json), and what tests read.
    private static readonly string[] NotOptions = ["NATIVE", "GITHUB_TOKENS", "TEST_FOLDERS"];

    /// <param name="run">The run whose options these are, or null.</param>
    /// <param name="file">An options file, or null.</param>
    /// <param name="commandLine">Options of the command line as <c>Section:Option</c> and value.</param>
    /// <exception cref="DataForgeException">Something is no option, or has a value it cannot have; all such faults are named at once.</exception>
    public static DataForgeOptions Load(Run? run, string? file, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (run is not null && File.Exists(run.ConfigFile))
        {
            Lay(values, FromFile(run.ConfigFile));
        }

        if (file is not null)
        {
            Lay(values, FromFile(file));
        }

        Lay(values, FromEnvironment());
        Lay(values, commandLine);
        DataForgeOptions options = Bind(values);
        OptionsCheck.Validate(options);
        return options;
    }

    /// <summary>Reads <c>section.option=value</c> or <c>Section:Option=value</c>.</summary>
    public static KeyValuePair<string, string?> ParseSet(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals].Replace('.', ':'), text[(equals + 1)..])
            : throw DataForgeException.Usage($"--set {text}: write it as section.option=value, such as clean.preset=codeparrot.");
    }

    // A layer that names elements of a list replaces the whole list: half of one and half of another is never meant.
    private static void Lay(Dictionary<string, string?> values, IEnumerable<KeyValuePair<string, string?>> layer)
    {
        List<KeyValuePair<string, string?>> entries = [.. layer];
        foreach (string list in entries.Select(entry => ListOf(entry.Key)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase))
        {
            foreach (string old in values.Keys.Where(key => string.Equals(ListOf(key) ?? key, list, StringComparison.OrdinalIgnoreCase)).ToList())
            {
                values.Remove(old);
            }
        }

        foreach ((string key, string? value) in entries)
        {
            values[key] = value;
        }
    }

    private static string? ListOf(string key)
    {
        int colon = key.LastIndexOf(':');
        return colon > 0 && int.TryParse(key.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? key[..colon] : null;
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromFile(string file)
    {
        if (!File.Exists(file))
        {
            throw DataForgeException.Usage($"The options file {file} does not exist; give another with --config.");
        }

        try
        {
            return Leaves(new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file)).Build());
        }
        catch (InvalidDataException e)
        {
            throw DataForgeException.Usage($"The options file {file} is no JSON ({e.InnerException?.Message ?? e.Message})", e);
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment() => Leaves(
        new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).Build())
        .Where(entry => !NotOptions.Contains(entry.Key, StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<KeyValuePair<string, string?>> Leaves(IConfigurationRoot root) =>
        root.AsEnumerable().Where(entry => entry.Value is not null);

    private static DataForgeOptions Bind(Dictionary<string, string?> values)
    {
        if (OptionNames.Faults(values).ToArray() is { Length: > 0 } faults)
        {
            throw DataForgeException.Usage(string.Join(" ", faults));
        }

        var options = new DataForgeOptions();
        try
        {
            RunOptions.Bind(options, new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        }
        catch (InvalidOperationException e)
        {
            string why = e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message;
            throw DataForgeException.Usage($"An option is wrong: {why}", e);
        }

        return options;
    }
}
