using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataForge.Corpus;

namespace DataForge.Evaluation.Sets;

/// <summary>
/// A file of samples as they are generated: a line for each, a problem's lines together, problems in the set's order, written in groups of
/// problems. What a killed run left of a group is cut off, so that generating goes on with a whole group and gives the same lines.
/// </summary>
public sealed class SampleLog : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private readonly FileStream _file;

    /// <summary>Opens a file, or begins one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="linesPerGroup">Samples of a group of problems.</param>
    /// <param name="lines">Samples of all problems; the last group may be smaller.</param>
    /// <exception cref="DataForgeException">The file cannot be written.</exception>
    public SampleLog(string path, int linesPerGroup, int lines)
    {
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataForgeException.Usage($"{path} cannot be written ({e.Message}); name another folder with --out.", e);
        }

        Resume(linesPerGroup, lines);
    }

    /// <summary>Groups that are whole.</summary>
    public int Groups { get; private set; }

    /// <summary>Appends a group and flushes it to disk.</summary>
    public void Append(IEnumerable<Sample> samples)
    {
        StringBuilder lines = new();
        foreach (Sample sample in samples)
        {
            lines.Append(JsonSerializer.Serialize(new Line(sample.ProblemId, sample.Completion), Json)).Append('\n');
        }

        _file.Write(Encoding.UTF8.GetBytes(lines.ToString()));
        _file.Flush(flushToDisk: true);
        Groups++;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Resume(int linesPerGroup, int lines)
    {
        long end = 0, position = 0;
        int read = 0;
        for (int value = _file.ReadByte(); value >= 0; value = _file.ReadByte())
        {
            position++;
            if (value == '\n' && (++read % linesPerGroup == 0 || read == lines))
            {
                (Groups, end) = (Groups + 1, position);
            }
        }

        _file.SetLength(end);
        _file.Position = end;
    }

    private sealed record Line(string TaskId, string Completion);
}
