using DataForge.Evaluation.Sets;

namespace DataForge.Evaluation.Tests.Sets;

/// <summary>
/// MTPB where numpy may be absent: the line that imports it is taken out of the programs, which must not use it.
/// </summary>
/// <param name="modules">Modules to load in its place.</param>
internal sealed class MtpbWithoutNumpy(params string[] modules) : IBenchmarkSet
{
    private readonly MtpbSet _set = new();

    /// <inheritdoc/>
    public string Name => _set.Name;

    /// <inheritdoc/>
    public string HubName => _set.HubName;

    /// <inheritdoc/>
    public double CpuLimit => _set.CpuLimit;

    /// <inheritdoc/>
    public bool TrivialAnswersMayPass => _set.TrivialAnswersMayPass;

    /// <inheritdoc/>
    public IReadOnlyList<string> StopStrings => _set.StopStrings;

    /// <inheritdoc/>
    public IReadOnlyList<string> Modules { get; } = modules;

    /// <summary>The same problem, its programs without the import.</summary>
    public static Problem Of(Problem problem) => problem with
    {
        Build = completion => [.. problem.Build(completion).Select(job => job with { Program = job.Program.Replace("import numpy as np\n", "") })],
    };

    /// <inheritdoc/>
    public IReadOnlyList<Problem> Read(string path) => [.. _set.Read(path).Select(Of)];
}
