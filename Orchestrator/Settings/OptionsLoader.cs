using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Pretrain;
using Microsoft.Extensions.Configuration;

namespace DataForge.Orchestrator.Settings;

/// <summary>
/// Combines the layers of options. Each layer overrides those before it: the run's own <c>config.json</c> (so that a run continues under
/// the options it started with), an options file, environment variables <c>DATAFORGE_SECTION__OPTION</c>, and the command line.
/// </summary>
internal static class OptionsLoader
{
    private const string EnvironmentPrefix = "DATAFORGE_";
    private const string EngineKey = $"{nameof(DataForgeOptions.Pretrain)}:{nameof(PretrainOptions.Engine)}";
    private const string DeviceKey = $"{nameof(DataForgeOptions.Pretrain)}:{nameof(PretrainOptions.Device)}";

    // The variables of tests: DATAFORGE_TEST_ and a name. They are no options.
    private const string TestPrefix = "TEST_";

    // The location of native libraries; and secrets, which must not get into config.json.
    private static readonly string[] NotOptions = ["NATIVE", "LIBTORCH", "GITHUB_TOKENS"];

    /// <summary>Reads all layers. Values are checked for their type here, for their range when the host starts.</summary>
    /// <param name="run">The run whose options these are, or null.</param>
    /// <param name="file">An options file, or null.</param>
    /// <param name="commandLine">Options of the command line as <c>Section:Option</c> and value.</param>
    /// <exception cref="DataForgeException">
    /// An option does not exist or has a value of the wrong type; the message names all of them. Exit code 2.
    /// </exception>
    public static RunConfiguration Load(Run? run, string? file, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (run is not null && File.Exists(run.ConfigFile))
        {
            Override(values, FromFile(run.ConfigFile));
        }

        if (file is not null)
        {
            Override(values, FromFile(file));
        }

        Override(values, FromEnvironment());
        Override(values, commandLine);
        if (run is not null)
        {
            ResolveEngine(values);
        }

        return OptionNames.Faults(values).ToArray() is { Length: > 0 } faults
            ? throw DataForgeException.Usage(string.Join(" ", faults))
            : new RunConfiguration(values);
    }

    /// <summary>Reads <c>section.option=value</c> or <c>Section:Option=value</c>.</summary>
    public static KeyValuePair<string, string?> ParseSet(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals].Replace('.', ':'), text[(equals + 1)..])
            : throw DataForgeException.Usage($"--set {text}: write it as section.option=value, such as clean.preset=codeparrot.");
    }

    // The run keeps what auto came to when it began: the engines round differently. A wrong name is left to the binder.
    private static void ResolveEngine(Dictionary<string, string?> values)
    {
        string name = values.GetValueOrDefault(EngineKey) ?? nameof(TrainingEngine.Auto);
        if (Enum.TryParse(name, ignoreCase: true, out TrainingEngine engine))
        {
            values[EngineKey] = TrainingEngines.Resolve(engine, values.GetValueOrDefault(DeviceKey) ?? "auto").ToString();
        }
    }

    // A layer that names elements of a list replaces the whole list: a mixture of two layers' lists is never meant.
    private static void Override(Dictionary<string, string?> values, IEnumerable<KeyValuePair<string, string?>> layer)
    {
        List<KeyValuePair<string, string?>> entries = [.. layer];
        var lists = entries.Select(entry => ListOf(entry.Key)).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (string replaced in values.Keys.Where(key => lists.Contains(ListOf(key) ?? key)).ToList())
        {
            values.Remove(replaced);
        }

        foreach ((string key, string? value) in entries)
        {
            values[key] = value;
        }
    }

    private static string? ListOf(string key)
    {
        int colon = key.LastIndexOf(':');
        bool isElement = colon > 0 && int.TryParse(key.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return isElement ? key[..colon] : null;
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
            throw DataForgeException.Usage($"The options file {file} is not JSON ({e.InnerException?.Message ?? e.Message})", e);
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment() => Leaves(
        new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).Build())
        .Where(entry => !NotOptions.Contains(entry.Key, StringComparer.OrdinalIgnoreCase)
            && !entry.Key.StartsWith(TestPrefix, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<KeyValuePair<string, string?>> Leaves(IConfigurationRoot root) =>
        root.AsEnumerable().Where(entry => entry.Value is not null);
}
