using DataForge.Corpus.Runs;

namespace DataForge.Corpus.OptOuts;

/// <summary>
/// What a model knows of opt-outs (<c>5-model/opt-outs.json</c>). A model cannot forget: what was removed after it was trained is in its weights until it is trained anew.
/// </summary>
/// <param name="TrainedUnder">Hashes of the lists that had been applied when it was trained (<see cref="OptOutEntry.List"/>).</param>
/// <param name="AppliedSince">Hashes of the lists that took something from its run since.</param>
public sealed record ModelOptOuts(IReadOnlyList<string> TrainedUnder, IReadOnlyList<string> AppliedSince)
{
    /// <summary>The file, relative to the run's folder.</summary>
    public const string File = RunPaths.ModelOptOuts;
}
