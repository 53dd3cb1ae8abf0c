using DataForge.Cleaner.Redaction;

namespace DataForge.Orchestrator.Redaction;

/// <summary>What <c>redact</c> found in a file.</summary>
/// <param name="Path">The file, as it was given or found.</param>
/// <param name="Fault">Why it cannot be redacted; null if it can.</param>
/// <param name="Secrets">What is replaced in its copy.</param>
internal sealed record RedactedFile(string Path, string? Fault, IReadOnlyList<ReplacedSecret> Secrets);

/// <summary>What <c>redact</c> found. Of a secret it holds the place, the kind and the length, and nothing else.</summary>
/// <param name="Files">How many files were looked at.</param>
/// <param name="PassedOver">How many were not, because they are not Python, or links.</param>
/// <param name="Findings">The files with secrets and those that cannot be redacted, in the order they were looked at.</param>
internal sealed record RedactionReport(long Files, long PassedOver, IReadOnlyList<RedactedFile> Findings)
{
    /// <summary>How many secrets of each kind there are.</summary>
    public SortedDictionary<string, int> Kinds { get; } = CountKinds(Findings);

    /// <summary>How many files hold secrets.</summary>
    public int FilesWithSecrets => Findings.Count(file => file.Secrets.Count > 0);

    /// <summary>How many files cannot be redacted.</summary>
    public int Faults => Findings.Count(file => file.Fault is not null);

    /// <summary>Writes a line for each secret and each fault, and one that sums up.</summary>
    public void Write(TextWriter output)
    {
        foreach (RedactedFile file in Findings)
        {
            foreach (ReplacedSecret secret in file.Secrets)
            {
                output.WriteLine($"{file.Path}:{secret.Line}: {secret.Kind}, {secret.Length} bytes");
            }

            if (file.Fault is not null)
            {
                output.WriteLine($"{file.Path}: cannot be redacted ({file.Fault})");
            }
        }

        string kinds = Kinds.Count == 0 ? "" : $" ({string.Join(", ", Kinds.Select(kind => $"{kind.Key} {kind.Value:N0}"))})";
        output.WriteLine(
            $"{Files:N0} files, {Kinds.Values.Sum():N0} secrets{kinds} in {FilesWithSecrets:N0} of them; "
            + $"{Faults:N0} cannot be redacted; {PassedOver:N0} others passed over");
    }

    private static SortedDictionary<string, int> CountKinds(IReadOnlyList<RedactedFile> files)
    {
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (ReplacedSecret secret in files.SelectMany(file => file.Secrets))
        {
            kinds[secret.Kind] = kinds.GetValueOrDefault(secret.Kind) + 1;
        }

        return kinds;
    }
}
