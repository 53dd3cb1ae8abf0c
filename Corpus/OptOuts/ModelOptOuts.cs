using DataForge.Corpus.Runs;

namespace DataForge.Corpus.OptOuts;

/// <summary>
/// The opt-outs that concern a model (<c>5-model/opt-outs.json</c>). A model cannot forget: what was removed after it was trained remains
/// in its weights until it is trained again.
/// </summary>
/// <param name="TrainedUnder">Hashes of the lists that were applied before it was trained (<see cref="OptOutEntry.List"/>).</param>
/// <param name="AppliedSince">Hashes of the lists that removed something from its run since.</param>
public sealed record ModelOptOuts(IReadOnlyList<string> TrainedUnder, IReadOnlyList<string> AppliedSince)
{
    /// <summary>The file, relative to the run's folder.</summary>
    public const string File = RunPaths.ModelOptOuts;
}
