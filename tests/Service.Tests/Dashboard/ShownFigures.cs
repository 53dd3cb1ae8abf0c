using System.Globalization;
using System.Text.Json;
using DataForge.Corpus.Events;

namespace DataForge.Service.Tests.Dashboard;

/// <summary>Compares what a page shows with what <c>stats --json</c> prints.</summary>
internal static class ShownFigures
{
    /// <summary>What the page of a run shows otherwise than it should; null where all is right.</summary>
    public static string? Difference(ShownPage page, JsonElement stats)
    {
        JsonElement figures = stats.GetProperty("figures");
        JsonElement duplicates = figures.GetProperty("duplicates");
        string text = page.Text;
        return BarsDiffer(page, "funnel", ShownSteps(page, figures.GetProperty("funnel")))
            ?? BarsDiffer(page, "drops", Pairs(figures.GetProperty("rules"), "rule", "occurrences").Where(rule => rule.Value > 0))
            ?? BarsDiffer(page, "licences", Pairs(figures.GetProperty("licenses"), "name", "files").Take(20), isPrefix: true)
            ?? BarsDiffer(page, "sizes", Pairs(figures.GetProperty("sizes"), "name", "files"), hasOtherNames: true)
            ?? BarsDiffer(page, "duplicates", Pairs(stats.GetProperty("jaccard"), "name", "files"))
            ?? Lacks($"{N(figures, "repositoriesRead")} repositories in this run")
            ?? (duplicates.EnumerateObject().All(figure => figure.Value.GetInt64() == 0) ? null : Lacks(
                $"{N(duplicates, "exact")} exact and {N(duplicates, "near")} near duplicates dropped; {N(duplicates, "clusteredFiles")} files in "
                + $"{N(duplicates, "clusters")} groups of near duplicates, {N(duplicates, "largestCluster")} in the largest."))
            ?? (stats.TryGetProperty("tokens", out JsonElement tokens) && tokens.ValueKind == JsonValueKind.Object ? Lacks(
                $"{N(tokens, "training")} tokens to train on, {N(tokens, "validation")} held out to validate, from a vocabulary of "
                + $"{N(tokens, "vocabulary")}.") : null)
            ?? (figures.TryGetProperty("audit", out JsonElement audit) && audit.ValueKind == JsonValueKind.Object
                ? Lacks($"recall {audit.GetProperty("pairsFound").GetProperty("share").GetDouble().ToString("0.######", CultureInfo.InvariantCulture)} ")
                : null);

        string? Lacks(string words) => text.Contains(words, StringComparison.Ordinal) ? null : $"the page does not say '{words}'";
    }

    /// <summary>What the page of a run in training shows otherwise than the event of its last step; null where all is right.</summary>
    public static string? Difference(ShownPage page, TrainingStep step)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"step {step.Step:N0} of {step.Steps:N0}, loss {step.Loss:F3}");
        string[] labels =
        [
            string.Create(CultureInfo.InvariantCulture, $"learning rate, in thousandths over steps, {step.LearningRate * 1e3:N2} at the last one"),
            string.Create(CultureInfo.InvariantCulture, $"thousand tokens per second over steps, {step.TokensPerSecond / 1000:N2} at the last one"),
            string.Create(CultureInfo.InvariantCulture, $"gradient norm over steps, {step.GradientNorm:N2} at the last one"),
        ];
        return !page.Parts["head"].Text.Contains(head, StringComparison.Ordinal) ? $"the head does not say '{head}': {page.Parts["head"].Text}"
            : !page.Parts.TryGetValue("speed", out ShownPart? speed) ? "there is no part on the speed"
            : labels.FirstOrDefault(label => !speed.Labels.Contains(label)) is { } missing
                ? $"no chart says '{missing}', but {string.Join("; ", speed.Labels)}"
            : null;
    }

    /// <summary>A number as pages write it.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Names and values of a list of figures.</summary>
    public static IEnumerable<(string Name, long Value)> Pairs(JsonElement figures, string name, string value) =>
        figures.EnumerateArray().Select(figure => (figure.GetProperty(name).GetString()!, figure.GetProperty(value).GetInt64()));

    // A stage that has not begun has no bar, where stats prints 0.
    private static IEnumerable<(string Name, long Value)> ShownSteps(ShownPage page, JsonElement funnel)
    {
        int shown = page.Parts.TryGetValue("funnel", out ShownPart? part) ? part.Bars.Count : 0;
        return Pairs(funnel, "name", "count").Where((step, i) => i < shown || step.Value > 0);
    }

    // The value may be followed by the same in bytes.
    private static string? BarsDiffer(
        ShownPage page, string part, IEnumerable<(string Name, long Value)> figures, bool isPrefix = false, bool hasOtherNames = false)
    {
        string[] expected = [.. figures.Select(figure => hasOtherNames ? Number(figure.Value) : $"{figure.Name} {Number(figure.Value)}")];
        IReadOnlyList<IReadOnlyList<string>> bars = page.Parts.TryGetValue(part, out ShownPart? found) ? found.Bars : [];
        string[] shown = [.. bars.Select(bar => bar[1].Split(" · ")[0]).Zip(bars, (value, bar) => hasOtherNames ? value : $"{bar[0]} {value}")];
        shown = isPrefix ? shown[..Math.Min(expected.Length, shown.Length)] : shown;
        return shown.SequenceEqual(expected) ? null : $"{part}: [{string.Join("; ", shown)}] is shown, [{string.Join("; ", expected)}] expected";
    }

    private static string N(JsonElement figures, string name) => Number(figures.GetProperty(name).GetInt64());
}
