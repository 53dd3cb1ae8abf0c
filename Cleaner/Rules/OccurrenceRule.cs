using DataForge.Corpus;
using DataForge.Corpus.OptOuts;

namespace DataForge.Cleaner.Rules;

/// <summary>Judges one occurrence: why it is dropped; null if it passes.</summary>
/// <param name="row">The occurrence.</param>
/// <param name="vendoredFolder">The vendored folder that its path goes through; null if it goes through none.</param>
internal delegate Finding? OccurrenceCheck(Occurrence row, string? vendoredFolder);

/// <summary>What occurrence rules are built from.</summary>
/// <param name="Options">The options of the stage.</param>
/// <param name="Settings">The settings that these options give.</param>
/// <param name="OptOuts">The opt-outs of the option file.</param>
/// <param name="Removed">What <c>dataforge optout</c> removed from the workspace.</param>
internal sealed record OccurrenceContext(CleanOptions Options, RuleSettings Settings, OptOutList OptOuts, WorkspaceOptOuts Removed);

/// <summary>A rule about where a file was found: its path, its repository, its owner.</summary>
internal abstract class OccurrenceRule : Rule
{
    /// <inheritdoc/>
    public sealed override RuleSubject Subject => RuleSubject.Occurrence;

    /// <summary>The evaluation under these settings; null if the rule is off.</summary>
    public abstract OccurrenceCheck? Build(OccurrenceContext context);
}

/// <summary>
/// A rule about a content that a step of the cleaner evaluates, because its work finds the fault: decoding, licences, redaction.
/// </summary>
internal abstract class ContentRule : Rule
{
    /// <inheritdoc/>
    public override RuleSubject Subject => RuleSubject.Content;
}
