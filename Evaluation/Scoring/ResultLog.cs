using System.Text;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Evaluation.Scoring;

/// <summary>
/// The results of an evaluation as they come: a line with what is evaluated, one with the set's test of itself, then one for each
/// problem. A line counts once it is whole, so an evaluation that was killed goes on after its last whole line.
/// </summary>
internal sealed class ResultLog : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(CanonicalJson.Options) { WriteIndented = false };

    private readonly FileStream _file;
    private readonly Dictionary<string, ProblemResult> _problems = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Opens a log, or begins one.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="key">What is evaluated: a hash of the set, the samples and the limits.</param>
    /// <exception cref="DataForgeException">The file is the log of something else.</exception>
    public ResultLog(string path, string key)
    {
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataForgeException.Usage($"{path} cannot be written ({e.Message}); name another folder with --out.", e);
        }

        try
        {
            Resume(path, key);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The set's test of itself, if it was done.</summary>
    public SelfTestResult? SelfTest { get; private set; }

    /// <summary>The problems that are done.</summary>
    public IReadOnlyDictionary<string, ProblemResult> Problems => _problems;

    /// <summary>Keeps the set's test of itself.</summary>
    public void Add(SelfTestResult result)
    {
        SelfTest = result;
        Add(new LogLine(SelfTest: result));
    }

    /// <summary>Keeps a problem's results; from several threads at a time.</summary>
    public void Add(ProblemResult result)
    {
        lock (_lock)
        {
            _problems[result.Id] = result;
            Add(new LogLine(Problem: result));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static LogLine Parse(string path, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<LogLine>(line, Json)!;
        }
        catch (JsonException e)
        {
            throw DataForgeException.Usage($"{path} is no file of results ({e.Message}); remove it, or name another folder with --out.", e);
        }
    }

    // Reads a log of the same evaluation. What follows the last end of a line was being written when the program was killed, and is cut
    // off; a file of something else stays as it is.
    private void Resume(string path, string key)
    {
        using var copy = new MemoryStream();
        _file.CopyTo(copy);
        ReadOnlySpan<byte> content = copy.GetBuffer().AsSpan(0, (int)copy.Length);
        ReadOnlySpan<byte> first = Bytes(new LogLine(Key: key));
        if (!content.StartsWith(first) && !first.StartsWith(content))
        {
            throw DataForgeException.Usage(
                $"{path} holds results of another set, other samples or other limits: remove it, or name another folder with --out.");
        }

        int whole = content.LastIndexOf((byte)'\n') + 1;
        _file.SetLength(whole);
        _file.Position = whole;
        if (whole == 0)
        {
            Add(new LogLine(Key: key));
            return;
        }

        foreach (string line in Encoding.UTF8.GetString(content[first.Length..whole]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            LogLine read = Parse(path, line);
            SelfTest = read.SelfTest ?? SelfTest;
            if (read.Problem is { } problem)
            {
                _problems[problem.Id] = problem;
            }
        }
    }

    private static byte[] Bytes(LogLine line) => [.. JsonSerializer.SerializeToUtf8Bytes(line, Json), (byte)'\n'];

    private void Add(LogLine line)
    {
        _file.Write(Bytes(line));
        _file.Flush(flushToDisk: true);
    }

    private sealed record LogLine(string? Key = null, SelfTestResult? SelfTest = null, ProblemResult? Problem = null);
}
