using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Crawler.Storage;

namespace DataForge.Service.Settings;

/// <summary>Reads and checks the service's file. Every fault is reported at once, before anything starts.</summary>
internal static class ServiceConfiguration
{
    // The least that is worth calling a secret.
    private const int LeastTokenLength = 16;

    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Reads a file; paths in it become absolute.</summary>
    /// <exception cref="DataForgeException">The file is missing or wrong; the message names all faults. Exit code 2.</exception>
    public static ServiceOptions Read(string file)
    {
        ServiceOptions options = Parse(file);
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        options = options with
        {
            StateFolder = Absolute(options.StateFolder),
            TokenFile = options.TokenFile is null ? null : Absolute(options.TokenFile),
            Schedules =
            [
                .. options.Schedules.Select(schedule => schedule with
                {
                    Workspace = Absolute(schedule.Workspace),
                    Config = schedule.Config is null ? null : Absolute(schedule.Config),
                    Run = schedule.Run.Length == 0 ? DefaultRun(schedule) : schedule.Run,
                }),
            ],
        };
        string[] faults = [.. Faults(options)];
        return faults.Length == 0 ? options : throw Wrong(file, faults);

        string Absolute(string path) => Path.GetFullPath(HomePath.Expand(path), folder);
    }

    // A model is trained on one dataset; a run that has trained cannot go on with other data.
    private static string DefaultRun(ScheduleOptions schedule) =>
        schedule.Until is StageNames.Pretrain or StageNames.Report ? $"{schedule.Name}-{ScheduleFaults.Due}" : schedule.Name;

    /// <summary>Reads the token; null where none is configured.</summary>
    public static string? ReadToken(ServiceOptions options) =>
        options.TokenFile is null ? null : File.ReadAllText(options.TokenFile).Trim();

    private static ServiceOptions Parse(string file)
    {
        if (!File.Exists(file))
        {
            throw DataForgeException.Usage($"There is no file {file}; name the service's configuration with --config.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file), Reading);
            string[] faults = [.. JsonShape.Faults(document.RootElement, typeof(ServiceOptions), "")];
            return faults.Length > 0 ? throw Wrong(file, faults) : document.RootElement.Deserialize<ServiceOptions>(Format)!;
        }
        catch (JsonException e)
        {
            throw DataForgeException.Usage($"{file} is not JSON ({e.Message})", e);
        }
    }

    private static DataForgeException Wrong(string file, string[] faults) =>
        DataForgeException.Usage($"{file}: {string.Join(" ", faults)}");

    private static IEnumerable<string> Faults(ServiceOptions options)
    {
        bool isAddress = IPEndPoint.TryParse(options.Listen, out IPEndPoint? listen);
        if (!isAddress || (listen!.Port == 0 && !options.Listen.EndsWith(":0", StringComparison.Ordinal)))
        {
            yield return $"listen '{options.Listen}' must be an address and a port, such as 127.0.0.1:8710 or [::1]:8710.";
        }

        foreach (string fault in TokenFaults(options).Concat(DatabaseFaults(options)))
        {
            yield return fault;
        }

        foreach (string? fault in new[]
        {
            Range("parallelRuns", options.ParallelRuns, 1, 64), Range("stopSeconds", options.StopSeconds, 1, 3600),
            Range("keepHistoryDays", options.KeepHistoryDays, 1, 36_500),
        })
        {
            if (fault is not null)
            {
                yield return fault;
            }
        }

        if (options.Schedules.Count == 0)
        {
            yield return "schedules must name at least one schedule.";
        }

        for (int i = 0; i < options.Schedules.Count; i++)
        {
            foreach (string fault in ScheduleFaults.Of(options.Schedules[i], options.Schedules.Take(i)))
            {
                yield return $"schedules[{i}] ({options.Schedules[i].Name}): {fault}";
            }
        }
    }

    private static IEnumerable<string> TokenFaults(ServiceOptions options)
    {
        string? token = null;
        string? fault = null;
        try
        {
            token = ReadToken(options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"tokenFile cannot be read ({e.Message})";
        }

        return fault is not null ? [fault]
            : token is { Length: < LeastTokenLength } ? [$"the token in tokenFile must have {LeastTokenLength} characters or more."]
            : [];
    }

    private static IEnumerable<string> DatabaseFaults(ServiceOptions options)
    {
        string? fault = null;
        try
        {
            _ = CatalogAddress.Parse(options.Database, "");
        }
        catch (DataForgeException e)
        {
            fault = "database: " + e.Message;
        }

        return fault is null ? [] : [fault];
    }

    internal static string? Range(string name, double value, double least, double most) =>
        value >= least && value <= most ? null : $"{name} must be between {least} and {most}.";
}
