using System.Globalization;
using System.Text;
using DataForge.Corpus.Events;

namespace DataForge.Inspection.Reporting;

/// <summary>The report on training: a chart for each training of the run, side by side in their order over one scale of losses, and what came of it.</summary>
internal static class TrainingSection
{
    private const int MostPoints = 500; // a line of a few hundred points looks the same and loads at once

    /// <summary>The section's body.</summary>
    public static string Write(ReportData data)
    {
        IReadOnlyList<TrainingCurve> curves = data.Trainings;
        if (curves.All(curve => curve is { Steps.Count: 0, IsDone: false }))
        {
            return "<p class=\"dim\">Nothing has been trained in this run yet.</p>";
        }

        bool isStaged = curves.Count > 1 || curves[0].Name.Length > 0;
        var html = new StringBuilder(isStaged ? "<p class=\"dim\">Trained in stages, each from the weights of the one before it.</p>" : "");
        html.Append("<div class=\"curves\">");
        Scale scale = Scale.Of(curves.SelectMany(curve => Thinned(curve.Steps).Select(step => step.Loss)
            .Concat(curve.Evaluations.Select(evaluated => evaluated.Loss)).Concat(curve.UnigramEntropy is { } entropy ? [entropy] : [])));
        foreach ((int i, TrainingCurve curve) in curves.Index())
        {
            string title = isStaged ? $"<h3>{i + 1}. {Charts.Escape(curve.Name)}</h3>" : "";
            html.Append(CultureInfo.InvariantCulture, $"<figure>{title}<figcaption>{Charts.Escape(Caption(curve))}</figcaption>{Plot(curve, scale)}</figure>");
        }

        html.Append("</div>").Append(Legend(curves));
        html.Append(isStaged ? Table(curves) : "").Append(Outcome(data.Model));
        return html.ToString();
    }

    private static string Caption(TrainingCurve curve)
    {
        long last = curve.Steps.Count > 0 ? curve.Steps[^1].Step : 0;
        string how = curve.IsDone ? last > 0 ? $"{Text.Number(last)} steps" : "trained; its steps were told in another run"
            : last > 0 ? $"step {Text.Number(last)} of {Text.Number(curve.Planned)}: under way or interrupted" : "not begun";
        return how + (curve.TokensOf.Length > 0 ? $", on the tokens of '{curve.TokensOf}'" : "");
    }

    private static string Plot(TrainingCurve curve, Scale scale) => Charts.Plot(
        $"Loss in nats a token over steps. {InWords("Training", curve.Steps.Select(step => step.Loss))}{InWords("Validation", curve.Evaluations.Select(evaluated => evaluated.Loss))}",
        [
            new("train", [.. Thinned(curve.Steps).Select(step => ((double)step.Step, step.Loss))]),
            new("validation", [.. curve.Evaluations.Select(evaluated => ((double)evaluated.Step, evaluated.Loss))]),
        ],
        scale, Math.Max(curve.Planned, curve.Steps.Count > 0 ? curve.Steps[^1].Step : 0), curve.UnigramEntropy);

    private static string InWords(string what, IEnumerable<double> losses)
    {
        double[] all = [.. losses];
        return all.Length == 0 ? "" : $"{what}: from {Text.Nats(all[0])} to {Text.Nats(all[^1])}. ";
    }

    private static string Legend(IReadOnlyList<TrainingCurve> curves) => "<p class=\"legend\"><span>training loss, nats a token</span>"
        + (curves.Any(curve => curve.Evaluations.Count > 0) ? "<span class=\"validation\">validation loss</span>" : "")
        + (curves.Any(curve => curve.UnigramEntropy is not null) ? "<span class=\"level\">unigram entropy of the validation tokens</span>" : "") + "</p>";

    private static string Table(IReadOnlyList<TrainingCurve> curves)
    {
        var html = new StringBuilder(
            "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">stage</th><th scope=\"col\">tokens of</th><th scope=\"col\" class=\"n\">steps</th><th scope=\"col\" class=\"n\">last training loss</th>"
            + "<th scope=\"col\" class=\"n\">validation loss</th><th scope=\"col\" class=\"n\">unigram entropy</th></tr></thead><tbody>");
        foreach ((int i, TrainingCurve curve) in curves.Index())
        {
            string steps = curve.Steps.Count == 0 ? "–" : Text.Number(curve.Steps[^1].Step);
            double? validation = curve.ValidationLoss ?? curve.Evaluations.LastOrDefault()?.Loss;
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{i + 1}. {Charts.Escape(curve.Name)}</th><td>{Charts.Escape(curve.TokensOf.Length > 0 ? curve.TokensOf : "this run")}</td><td class=\"n\">{steps}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Text.Nats(curve.Steps.LastOrDefault()?.Loss)}</td><td class=\"n\">{Text.Nats(validation)}</td><td class=\"n\">{Text.Nats(curve.UnigramEntropy)}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Outcome(TrainingCurve model)
    {
        string words = model switch
        {
            { ValidationLoss: { } loss, UnigramEntropy: { } unigram } =>
                $"<p>Validation loss {Text.Nats(loss)} nats a token; token frequencies alone reach {Text.Nats(unigram)} on the same tokens (their unigram entropy), so the model is {Text.Nats(Math.Abs(unigram - loss))} nats {(loss <= unigram ? "better" : "worse")}.</p>",
            { IsDone: true } => "<p>No tokens were held out, so there is no validation loss.</p>",
            _ => "",
        };
        return words + (model.Parameters > 0 ? $"<p class=\"dim\">{Text.Number(model.Parameters)} parameters.</p>" : "");
    }

    private static IEnumerable<TrainingStep> Thinned(IReadOnlyList<TrainingStep> steps)
    {
        int stride = Math.Max(1, steps.Count / MostPoints);
        return steps.Where((_, i) => i % stride == 0 || i == steps.Count - 1);
    }
}
