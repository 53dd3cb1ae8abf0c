using System.Text;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// Behind the last step, one part: the dataset card and its attribution. It tells of the whole run so far, so its input are the entries of all
/// parts before it with their counts, and the settings it prints.
/// </summary>
internal static class CardStep
{
    /// <summary>Raised whenever the card would be written otherwise for the same figures.</summary>
    private const int Version = 2;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The plan; all other parts of the stage must be whole.</summary>
    public static PartPlan Plan(Run run, DedupOptions options) => new(WorkFiles.CardPart, InputHash(run), 1, (output, cancellation) =>
    {
        Compute(run, options, output, cancellation);
        return Task.CompletedTask;
    });

    private static void Compute(Run run, DedupOptions options, PartOutput output, CancellationToken cancellation)
    {
        CardNotice notice = CardNotice.Read(run, cancellation);
        using (var text = new StreamWriter(output.Create(WorkFiles.Notice), append: false, Utf8))
        {
            notice.Write(text);
        }

        string card = Card.Write(DatasetFigures.Of(run), Card.CleanSettings(run), options, notice, Card.SchemaOf(run));
        File.WriteAllText(output.Create(WorkFiles.Card), card, Utf8);
        output.Add("card.repositories", notice.Repositories);
        output.Add("card.copyright_lines", notice.Lines);
    }

    private static string InputHash(Run run) => StageHash.Combine(
    [
        $"card v{Version}",
        Card.CleanSettings(run),
        .. new[] { "crawl", "clean", DedupStage.StageName }.SelectMany(run.Manifest.Entries).Where(entry => entry.Part != WorkFiles.CardPart).SelectMany(Lines),
    ]);

    private static IEnumerable<string> Lines(ManifestEntry entry) =>
    [
        $"{entry.Stage} {entry.Part}",
        .. entry.Outputs.Select(output => $"{output.Path} {output.Sha256}"),
        .. entry.Counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => FormattableString.Invariant($"{count.Key} {count.Value}")),
    ];
}
