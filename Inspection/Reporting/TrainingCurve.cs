using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Settings;
using DataForge.Pretrain;

namespace DataForge.Inspection.Reporting;

/// <summary>What one training of a run told: a run trains once, or in stages, each a curve of its own.</summary>
/// <param name="Name">The stage's name; empty where there is one training.</param>
/// <param name="TokensOf">The run whose tokens it is trained on, where that is another one.</param>
/// <param name="IsDone">Whether its model stands in the manifest.</param>
/// <param name="Planned">Steps it is to make, as it told them; 0 where it told none.</param>
/// <param name="Steps">Its steps, ascending.</param>
/// <param name="Evaluations">Its evaluations, ascending.</param>
/// <param name="Parameters">Its model's parameters; 0 until it is done.</param>
/// <param name="ValidationLoss">The loss of its model on held-out tokens, in nats a token; null without such tokens, and until it is done.</param>
/// <param name="UnigramEntropy">What token frequencies alone reach on these.</param>
internal sealed record TrainingCurve(
    string Name, string TokensOf, bool IsDone, long Planned, IReadOnlyList<TrainingStep> Steps, IReadOnlyList<TrainingEvaluated> Evaluations,
    long Parameters, double? ValidationLoss, double? UnigramEntropy)
{
    /// <summary>The trainings of a run, in their order.</summary>
    public static IReadOnlyList<TrainingCurve> Of(Run run, IEnumerable<Event> events)
    {
        List<StagedOptions?> stages = [.. RunOptions.Of(run).Pretrain.Stages];
        stages = stages.Count == 0 ? [null] : stages;
        string[] parts = [.. stages.Select((stage, i) => i == stages.Count - 1 ? "model" : "stage-" + stage!.Name)];
        Points[] points = [.. parts.Select(_ => new Points())];

        // A process goes through the trainings in their order and tells when each is whole, made now or found so: what it tells next is the next one's.
        int current = 0;
        foreach (Event happened in events)
        {
            switch (happened)
            {
                case StageStarted { Stage: "pretrain" }:
                    current = 0;
                    break;
                case PartDone { Stage: "pretrain" } part when Array.IndexOf(parts, part.Part) is >= 0 and int done:
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
        ManifestEntry? entry = run.Manifest.Find("pretrain", part);
        string prefix = part == "model" ? "" : part + ".";
        bool isValidated = entry?.Count(prefix + "tokens.validated") > 0;
        return new TrainingCurve(
            stage?.Name ?? "", stage is { Run: var tokens } && tokens != run.Name ? tokens : "", entry is not null, points.Planned, points.Steps, points.Evaluations,
            entry?.Count(prefix + "parameters") ?? 0, isValidated ? Nats("loss.validation") : null, isValidated ? Nats("unigram_entropy") : null);

        double? Nats(string name) => entry!.Count($"{prefix}{name}.micronats") / 1e6;
    }

    // A training that goes on from a checkpoint, or begins anew, tells steps again: what was told of them and of later ones counts no more.
    private sealed class Points
    {
        private readonly SortedList<long, TrainingStep> _steps = [];
        private readonly SortedList<long, TrainingEvaluated> _evaluations = [];

        public long Planned { get; private set; }

        public IReadOnlyList<TrainingStep> Steps => [.. _steps.Values.Where(step => double.IsFinite(step.Loss))];

        public IReadOnlyList<TrainingEvaluated> Evaluations => [.. _evaluations.Values.Where(evaluated => double.IsFinite(evaluated.Loss))];

        public void Add(TrainingStep step)
        {
            CutFrom(_steps, step.Step);
            CutFrom(_evaluations, step.Step);
            _steps.Add(step.Step, step);
            Planned = step.Steps;
        }

        public void Add(TrainingEvaluated evaluated)
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
