using System.Text;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Store;

namespace DataForge.Dedup.Steps;

/// <summary>
/// Runs after the last step, one part: writes the dataset card and the attribution. The card describes the whole run so far, so its input
/// is the manifest entries of all parts before it with their counts, and the settings that it prints.
/// </summary>
internal static class CardStep
{
    // To be raised whenever the card would differ for the same figures.
    private const int Version = 3;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The part's plan; all other parts of the stage must be complete.</summary>
    public static PartPlan Plan(Run run, DedupOptions options) => new(DedupPaths.CardPart, InputHash(run), 1, (output, cancellation) =>
    {
        Compute(run, options, output, cancellation);
        return Task.CompletedTask;
    });

    private static void Compute(Run run, DedupOptions options, PartOutput output, CancellationToken cancellation)
    {
        CardNotice notice = CardNotice.Read(run, cancellation);
        using (var text = new StreamWriter(output.Create(RunPaths.DatasetNotice), append: false, Utf8))
        {
            notice.Write(text);
        }

        string card = Card.Write(DatasetFigures.Of(run), Card.CleanSettings(run), options, notice, Card.SchemaOf(run));
        File.WriteAllText(output.Create(RunPaths.DatasetCard), card, Utf8);
        output.Add(CountName.CardRepositories, notice.Repositories);
        output.Add(CountName.CardCopyrightLines, notice.Lines);
    }

    private static string InputHash(Run run) => StageHash.Combine(
    [
        $"card v{Version}",
        Card.CleanSettings(run),
        .. new[] { StageNames.Crawl, StageNames.Clean, StageNames.Dedup }.SelectMany(run.Manifest.Entries)
            .Where(entry => entry.Part != DedupPaths.CardPart).SelectMany(Lines),
    ]);

    private static IEnumerable<string> Lines(ManifestEntry entry) =>
    [
        $"{entry.Stage} {entry.Part}",
        .. entry.Outputs.Select(output => $"{output.Path} {output.Sha256}"),
        .. entry.Counts.Items.Select(count => FormattableString.Invariant($"{count.Name} {count.Value}")),
    ];
}
