using System.Globalization;
using System.Text;
using DataForge.Corpus.Events;
using static DataForge.Inspection.Reporting.ReportFormat;

namespace DataForge.Inspection.Reporting;

/// <summary>The report's section on training: a chart for each training of the run, all with the same axis of losses, and the
/// result.</summary>
internal static class TrainingSection
{
    private const int MaxPoints = 500; // about as many as the chart has pixels: more points would look the same and make the page larger

    /// <summary>Writes the section's body.</summary>
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
        string unfinished = data.IsRunning is null ? "running or interrupted" : data.Unfinished;
        AxisScale scale = AxisScale.Of(curves.SelectMany(curve => Thinned(curve.Steps).Select(step => step.Loss)
            .Concat(curve.Evaluations.Select(evaluated => evaluated.Loss)).Concat(curve.UnigramEntropy is { } entropy ? [entropy] : [])));
        foreach ((int i, TrainingCurve curve) in curves.Index())
        {
            string title = isStaged ? $"<h3>{i + 1}. {Charts.Escape(curve.Name)}</h3>" : "";
            string caption = Charts.Escape(Caption(curve, unfinished));
            html.Append($"<figure>{title}<figcaption>{caption}</figcaption>{Plot(curve, scale)}</figure>");
        }

        html.Append("</div>").Append(Legend(curves));
        html.Append(isStaged ? Table(curves) : "").Append(Outcome(data.Model));
        return html.ToString();
    }

    /// <summary>At most as many steps as a chart can show, the last one among them.</summary>
    public static IReadOnlyList<TrainingStep> Thinned(IReadOnlyList<TrainingStep> steps)
    {
        int stride = Math.Max(1, steps.Count / MaxPoints);
        return [.. steps.Where((_, i) => i % stride == 0 || i == steps.Count - 1)];
    }

    private static string Caption(TrainingCurve curve, string unfinished)
    {
        long last = curve.Steps.Count > 0 ? curve.Steps[^1].Step : 0;
        string progress = curve switch
        {
            { IsDone: true } => last > 0 ? $"{Number(last)} steps" : "trained; its steps were logged in another run",
            _ => last > 0 ? $"step {Number(last)} of {Number(curve.Planned)}: {unfinished}" : "not started",
        };
        return progress + (curve.TokensOf.Length > 0 ? $", on the tokens of '{curve.TokensOf}'" : "");
    }

    private static string Plot(TrainingCurve curve, AxisScale scale) => Charts.Plot(
        "Loss in nats per token over steps. "
            + InWords("Training", curve.Steps.Select(step => step.Loss))
            + InWords("Validation", curve.Evaluations.Select(evaluated => evaluated.Loss)),
        [
            new("train", [.. Thinned(curve.Steps).Select(step => ((double)step.Step, step.Loss))]),
            new("validation", [.. curve.Evaluations.Select(evaluated => ((double)evaluated.Step, evaluated.Loss))]),
        ],
        scale, Math.Max(curve.Planned, curve.Steps.Count > 0 ? curve.Steps[^1].Step : 0), curve.UnigramEntropy);

    private static string InWords(string what, IEnumerable<double> losses)
    {
        double[] all = [.. losses];
        return all.Length == 0 ? "" : $"{what}: from {Nats(all[0])} to {Nats(all[^1])}. ";
    }

    private static string Legend(IReadOnlyList<TrainingCurve> curves)
    {
        bool isEvaluated = curves.Any(curve => curve.Evaluations.Count > 0);
        bool hasLevel = curves.Any(curve => curve.UnigramEntropy is not null);
        return "<p class=\"legend\"><span>training loss, nats per token</span>"
            + (isEvaluated ? "<span class=\"validation\">validation loss</span>" : "")
            + (hasLevel ? "<span class=\"level\">unigram entropy of the validation tokens</span>" : "") + "</p>";
    }

    private static string Table(IReadOnlyList<TrainingCurve> curves)
    {
        var html = new StringBuilder("<div class=\"scroll\"><table><thead><tr>");
        html.Append("<th scope=\"col\">stage</th><th scope=\"col\">tokens of</th>");
        foreach (string title in new[] { "steps", "last training loss", "validation loss", "unigram entropy" })
        {
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\" class=\"n\">{title}</th>");
        }

        html.Append("</tr></thead><tbody>");
        foreach ((int i, TrainingCurve curve) in curves.Index())
        {
            string steps = curve.Steps.Count == 0 ? "–" : Number(curve.Steps[^1].Step);
            double? validation = curve.ValidationLoss ?? curve.Evaluations.LastOrDefault()?.Loss;
            string tokens = Charts.Escape(curve.TokensOf.Length > 0 ? curve.TokensOf : "this run");
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{i + 1}. {Charts.Escape(curve.Name)}</th><td>{tokens}</td>")
                .Append(Cell(steps)).Append(Cell(Nats(curve.Steps.LastOrDefault()?.Loss)))
                .Append(Cell(Nats(validation))).Append(Cell(Nats(curve.UnigramEntropy))).Append("</tr>");
        }

        return html.Append("</tbody></table></div>").ToString();

        static string Cell(string text) => $"<td class=\"n\">{text}</td>";
    }

    private static string Outcome(TrainingCurve model)
    {
        string words = model switch
        {
            { ValidationLoss: { } loss, UnigramEntropy: { } unigram } =>
                $"<p>Validation loss {Nats(loss)} nats per token; token frequencies alone reach {Nats(unigram)} "
                + "on the same tokens (their unigram entropy), "
                + $"so the model is {Nats(Math.Abs(unigram - loss))} nats {(loss <= unigram ? "better" : "worse")}.</p>",
            { IsDone: true } => "<p>No tokens were held out, so there is no validation loss.</p>",
            _ => "",
        };
        string bits = model.HeldOut is not { } heldOut ? "" :
            $"<p>{Number(heldOut.Files)} held-out {(heldOut.Files == 1 ? "file" : "files, each separately")}: "
            + $"{Nats(heldOut.Model)} bits per byte under the model, {Nats(heldOut.Gzip)} under gzip at its highest level.</p>";
        return words + bits + (model.Parameters > 0 ? $"<p class=\"dim\">{Number(model.Parameters)} parameters.</p>" : "");
    }
}
