namespace DataForge.Corpus.Runs;

/// <summary>A stage of the pipeline: a function of files that resumes by part.</summary>
public interface IStage
{
    /// <summary>Its name, one of <see cref="StageNames"/>.</summary>
    string Name { get; }

    /// <summary>
    /// Brings the stage's output up to date with its input and options. The operation is idempotent: complete parts are not computed again.
    /// </summary>
    Task RunAsync(StageContext context, CancellationToken cancellation);
}
