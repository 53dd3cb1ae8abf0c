using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Pretrain;

namespace DataForge.Inspection.Reporting;

/// <summary>The progress of one training. A run trains once, or in stages, each with a curve of its own.</summary>
/// <param name="Name">The stage's name; empty if there is one training.</param>
/// <param name="TokensOf">The run whose tokens it is trained on; empty if that is this run.</param>
/// <param name="IsDone">Whether its model is in the manifest.</param>
/// <param name="Planned">The number of steps it will make; 0 until it has logged one.</param>
/// <param name="Steps">Its steps, ascending.</param>
/// <param name="Evaluations">Its evaluations, ascending.</param>
/// <param name="Parameters">Its model's parameters; 0 until it is done.</param>
/// <param name="ValidationLoss">
/// The loss of its model on held-out tokens, in nats per token; null without such tokens, and until it is done.
/// </param>
/// <param name="UnigramEntropy">The loss that token frequencies alone reach on the same tokens, in nats per token.</param>
/// <param name="HeldOut">Bits per byte on held-out files; null if they were not measured.</param>
internal sealed record TrainingCurve(
    string Name, string TokensOf, bool IsDone, long Planned, IReadOnlyList<TrainingStep> Steps,
    IReadOnlyList<TrainingEvaluated> Evaluations, long Parameters, double? ValidationLoss, double? UnigramEntropy,
    BitsPerByte? HeldOut)
{
    /// <summary>The trainings of a run, in order; at least one.</summary>
    public static IReadOnlyList<TrainingCurve> Of(Run run, IEnumerable<Event> events)
    {
        List<StagedOptions?> stages = [.. RunOptions.Of(run).Pretrain.Stages];
        stages = stages.Count == 0 ? [null] : stages;
        string[] parts = [.. stages.Select((stage, i) => i == stages.Count - 1 ? "model" : "stage-" + stage!.Name)];
        Points[] points = [.. parts.Select(_ => new Points())];

        // A process goes through the trainings in order and logs when each is finished, whether now or by an earlier process. The steps it
        // logs after that belong to the next training.
        int current = 0;
        foreach (Event entry in events)
        {
            switch (entry)
            {
                case StageStarted { Stage: StageNames.Pretrain }:
                    current = 0;
                    break;
                case PartDone { Stage: StageNames.Pretrain } part when Array.IndexOf(parts, part.Part) is >= 0 and int done:
                    current = done + 1;
                    break;
                case TrainingStep step when current < parts.Length:
                    points[current].Add(step);
                    break;
                case TrainingEvaluated evaluated when current < parts.Length:
                    points[current].Add(evaluated);
                    break;
            }
        }

        return [.. stages.Select((stage, i) => Curve(stage, parts[i], points[i], run))];
    }

    private static TrainingCurve Curve(StagedOptions? stage, string part, Points points, Run run)
    {
        ManifestEntry? entry = run.Manifest.Find(StageNames.Pretrain, part);
        bool isValidated = Count(CountName.TokensValidated) > 0;
        return new TrainingCurve(
            stage?.Name ?? "", stage is { Run: var tokens } && tokens != run.Name ? tokens : "", entry is not null, points.Planned,
            points.Steps, points.Evaluations, Count(CountName.Parameters), Nats(CountName.ValidationLoss), Nats(CountName.UnigramEntropy),
            BitsPerByte.Of(Count));

        // Counts of an earlier training of several begin with its name.
        long Count(CountName name) => entry?.Count(part == "model" ? name : name.OfTraining(part)) ?? 0;

        double? Nats(CountName micronats) => isValidated ? Count(micronats) / 1e6 : null;
    }

    // A training that resumes from a checkpoint, or starts again, logs steps a second time: the earlier entries of these and of later steps
    // are discarded.
    private sealed class Points
    {
        private readonly SortedList<long, TrainingStep> _steps = [];
        private readonly SortedList<long, TrainingEvaluated> _evaluations = [];

        internal long Planned { get; private set; }

        internal IReadOnlyList<TrainingStep> Steps => [.. _steps.Values.Where(step => double.IsFinite(step.Loss))];

        internal IReadOnlyList<TrainingEvaluated> Evaluations =>
            [.. _evaluations.Values.Where(evaluated => double.IsFinite(evaluated.Loss))];

        internal void Add(TrainingStep step)
        {
            CutFrom(_steps, step.Step);
            CutFrom(_evaluations, step.Step);
            _steps.Add(step.Step, step);
            Planned = step.Steps;
        }

        internal void Add(TrainingEvaluated evaluated)
        {
            CutFrom(_evaluations, evaluated.Step);
            _evaluations.Add(evaluated.Step, evaluated);
        }

        private static void CutFrom<T>(SortedList<long, T> points, long step)
        {
            while (points.Count > 0 && points.GetKeyAtIndex(points.Count - 1) >= step)
            {
                points.RemoveAt(points.Count - 1);
            }
        }
    }
}
