using System.Globalization;
using System.Text.Json;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Dashboard;

/// <summary>A confidence interval of a score.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
internal sealed record ScoreRange(double Low, double High);

/// <summary>pass@k of an evaluation.</summary>
/// <param name="K">k.</param>
/// <param name="Mean">The score, 0 to 1.</param>
/// <param name="Interval">Its interval.</param>
internal sealed record EvaluatedScore(int K, double Mean, ScoreRange Interval)
{
    /// <summary>The score with its set, in words.</summary>
    public string NameIn(EvaluatedSet set) => string.Create(CultureInfo.InvariantCulture, $"{set.Set}, pass@{K}");
}

/// <summary>What the dashboard shows of an evaluation. The properties are fields of <c>evaluation.json</c>.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="Problems">Its problems.</param>
/// <param name="Samples">The samples.</param>
/// <param name="Scores">The scores; none where a problem has no sample.</param>
internal sealed record EvaluatedSet(string Set, int Problems, int Samples, IReadOnlyList<EvaluatedScore> Scores);

/// <summary>The evaluations of a run's model that lie beside it, where <c>dataforge evaluate</c> puts them. Not thread-safe.</summary>
/// <param name="runFolder">The run's folder.</param>
internal sealed class RunEvaluations(string runFolder)
{
    private const string FileName = "evaluation.json";
    private const int MostFiles = 50;
    private const long MostBytes = 64 << 20;

    private string _stamp = "";
    private IReadOnlyList<EvaluatedSet> _sets = [];

    /// <summary>A text that changes when the evaluations do.</summary>
    public static string Stamp(string runFolder) => string.Concat(Files(runFolder).Select(file => string.Create(
        CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}\n")));

    /// <summary>The evaluations; a file that is damaged or too large is left out.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public IReadOnlyList<EvaluatedSet> Read()
    {
        string stamp = Stamp(runFolder);
        if (stamp != _stamp)
        {
            _sets = [.. Files(runFolder).Select(Read).OfType<EvaluatedSet>()];
            _stamp = stamp;
        }

        return _sets;
    }

    private static FileInfo[] Files(string runFolder)
    {
        var model = new DirectoryInfo(Path.Combine(runFolder, RunPaths.Model));
        return model.Exists
            ?
            [
                .. model.GetDirectories().OrderBy(folder => folder.Name, StringComparer.Ordinal)
                    .Select(folder => new FileInfo(Path.Combine(folder.FullName, FileName)))
                    .Where(file => file.Exists && file.Length <= MostBytes).Take(MostFiles),
            ]
            : [];
    }

    private static EvaluatedSet? Read(FileInfo file)
    {
        try
        {
            using FileStream stream = file.OpenRead();
            return JsonSerializer.Deserialize<EvaluatedSet>(stream, CanonicalJson.Options) is { Set: not null, Scores: not null } set
                && set.Scores.All(score => score is { Interval: not null }) ? set : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
