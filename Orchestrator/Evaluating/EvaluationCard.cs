using System.Globalization;
using System.Text;
using System.Text.Json;
using DataForge.Corpus.Runs;
using DataForge.Evaluation.Scores;
using DataForge.Evaluation.Scoring;
using DataForge.Evaluation.Sets;

namespace DataForge.Orchestrator.Evaluating;

/// <summary>
/// The card of an evaluated model: its own card with the scores in the form that the Hugging Face Hub reads (<c>model-index</c>,
/// https://huggingface.co/docs/hub/model-cards). It is written beside the results, because the model's folder stays as training made it.
/// </summary>
internal static class EvaluationCard
{
    private const string Fence = "---\n";

    /// <summary>Writes the card.</summary>
    /// <param name="folder">Where the results are.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="set">The set.</param>
    /// <param name="report">The results.</param>
    public static void Write(string folder, string model, IBenchmarkSet set, EvaluationReport report)
    {
        string own = Path.Combine(model, "README.md");
        string card = WithIndex(File.Exists(own) ? File.ReadAllText(own) : "", Path.GetFileName(model.TrimEnd('/')), set, report);
        AtomicFile.Write(Path.Combine(folder, EvaluationFiles.Card), Encoding.UTF8.GetBytes(card));
    }

    /// <summary>A card with the scores among its metadata.</summary>
    internal static string WithIndex(string card, string name, IBenchmarkSet set, EvaluationReport report)
    {
        string index = Index(name, set, report);
        bool hasMetadata = card.StartsWith(Fence, StringComparison.Ordinal);
        int end = hasMetadata ? card.IndexOf("\n" + Fence, Fence.Length, StringComparison.Ordinal) + 1 : 0;
        return end > 0 ? card[..end] + index + card[end..] : $"{Fence}{index}{Fence}\n{card}";
    }

    private static string Index(string name, IBenchmarkSet set, EvaluationReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"model-index:\n- name: {JsonSerializer.Serialize(name)}\n  results:\n");
        text.Append("  - task:\n      type: text-generation\n    dataset:\n");
        text.Append(CultureInfo.InvariantCulture, $"      name: {set.Name}\n      type: {set.HubName}\n    metrics:\n");
        foreach (Score score in report.Scores)
        {
            Add($"pass@{score.K}", score.Mean);
        }

        if (report.Groups is [.., { } whole])
        {
            Add("test average", whole.TestAverage);
            Add("strict accuracy", whole.Strict);
        }

        return text.ToString();

        void Add(string metric, double value) => text.Append(
            CultureInfo.InvariantCulture,
            $"    - name: {metric}\n      type: {metric.Replace(' ', '_')}\n      value: {value:0.######}\n      verified: false\n");
    }
}
