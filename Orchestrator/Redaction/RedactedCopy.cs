using DataForge.Cleaner.Redaction;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Orchestrator.Redaction;

/// <summary>
/// Redacts files one after another and writes their copies. A file without secrets is copied as it is; one that cannot be redacted has no
/// copy, so that nothing leaves unredacted.
/// </summary>
/// <param name="output">The folder of the copies; null writes none.</param>
internal sealed class RedactedCopy(string? output)
{
    // Files of code are smaller; a larger one has no copy.
    private const long MaxBytes = 64 << 20;

    private readonly SourceRedaction _redaction = new();

    /// <summary>Redacts files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="cancellation">Cancelled when the user asks the program to stop.</param>
    public RedactionReport Redact(PythonFiles files, CancellationToken cancellation)
    {
        var findings = new List<RedactedFile>();
        long count = 0;
        foreach (InputFile file in files.List())
        {
            cancellation.ThrowIfCancellationRequested();
            count++;
            string? fault = Redact(file);
            if (fault is not null)
            {
                findings.Add(new RedactedFile(file.Path, fault, []));
            }
            else if (_redaction.Replaced.Count > 0)
            {
                findings.Add(new RedactedFile(file.Path, null, [.. _redaction.Replaced]));
            }
        }

        return new RedactionReport(count, files.PassedOver, findings);
    }

    private string? Redact(InputFile file)
    {
        byte[] source;
        try
        {
            if (new FileInfo(file.Path).Length > MaxBytes)
            {
                return $"size: more than {MaxBytes >> 20} MB";
            }

            source = File.ReadAllBytes(file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"unreadable: {e.Message}";
        }

        if (_redaction.Redact(source) is { } fault)
        {
            return fault;
        }

        if (output is not null)
        {
            Write(Path.Join(output, file.Target), _redaction.Replaced.Count > 0 ? _redaction.Text : source);
        }

        return null;
    }

    private static void Write(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            AtomicFile.Write(path, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataForgeException($"{path} cannot be written ({e.Message}): make room or name another folder.", inner: e);
        }
    }
}
