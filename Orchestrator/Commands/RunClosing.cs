using DataForge.Corpus;
using DataForge.Inspection.Settings;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>The last lines of a whole run: what came of it, and where it lies.</summary>
internal static class RunClosing
{
    public static void Write(Run run, TextWriter output)
    {
        SortedDictionary<string, long> clean = run.Manifest.Totals("clean");
        SortedDictionary<string, long> dataset = run.Manifest.Totals("dedup");
        SortedDictionary<string, long> training = run.Manifest.Totals("pretrain");
        IReadOnlyList<Event> events = [.. EventLog.Read(run.EventsFolder)];

        output.WriteLine();
        if (events.OfType<SampleWritten>().LastOrDefault() is { } sample)
        {
            output.WriteLine("A completion by the model:");
            foreach (string line in (sample.Prompt + sample.Completion).Split('\n'))
            {
                output.WriteLine("  | " + line);
            }

            output.WriteLine();
        }

        string policy = string.Join(", ", RunConfig.LicensePolicy(run));
        output.WriteLine($"licences   {policy} pass; {Figures.Bytes(clean.GetValueOrDefault("bytes.in"))} of distinct files survive the licence policy and the rules on names");
        output.WriteLine(training.GetValueOrDefault("tokens.validated") == 0
            ? "losses     no tokens were held out"
            : $"losses     validation {Nats(training, "loss.validation.micronats")}, unigram entropy of the same tokens {Nats(training, "unigram_entropy.micronats")} nat a token");
        output.WriteLine($"dataset    {Shown(run, "3-dataset/data")}  {dataset.GetValueOrDefault("contents.out"):N0} files, {Figures.Bytes(dataset.GetValueOrDefault("bytes.out"))}");
        output.WriteLine($"dropped    {Shown(run, "dropped")}  every file that left, with its rule or twin");
        output.WriteLine($"tokenizer  {Shown(run, "4-tokens")}");
        output.WriteLine($"model      {Shown(run, "5-model/export")}  opens with from_pretrained");
        output.WriteLine($"report     {Shown(run, "6-report/index.html")}");
    }

    private static string Nats(SortedDictionary<string, long> counts, string name) => (counts.GetValueOrDefault(name) / 1e6).ToString("F3", System.Globalization.CultureInfo.InvariantCulture);

    private static string Shown(Run run, string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, run.PathOf(path));
        return relative.StartsWith("../..", StringComparison.Ordinal) ? run.PathOf(path) : relative;
    }
}
