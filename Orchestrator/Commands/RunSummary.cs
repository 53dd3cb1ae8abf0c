using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Counts;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Inspection.Reporting;
using DataForge.Inspection.Settings;

namespace DataForge.Orchestrator.Commands;

/// <summary>The last lines of a quickstart: the model's completion, the main figures, and where the results are.</summary>
internal static class RunSummary
{
    /// <summary>Writes the lines.</summary>
    public static void Write(Run run, TextWriter output)
    {
        CountTable clean = run.Manifest.TotalCounts(StageNames.Clean);
        CountTable dataset = run.Manifest.TotalCounts(StageNames.Dedup);
        CountTable training = run.Manifest.TotalCounts(StageNames.Pretrain);

        output.WriteLine();
        IReadOnlyList<SampleWritten> samples = Samples.Of(EventLog.Read(run.EventsFolder));
        if (samples.Count > 0)
        {
            output.WriteLine("Completions by the model, drawn line by line and cut at the function's end:");
            foreach (SampleWritten sample in samples)
            {
                foreach (string line in (sample.Prompt + sample.Completion).TrimEnd('\n').Split('\n'))
                {
                    output.WriteLine("  | " + line);
                }

                output.WriteLine();
            }
        }

        string policy = string.Join(", ", RunConfig.LicensePolicy(run));
        string files = dataset[CountName.ContentsOut].ToString("N0", CultureInfo.InvariantCulture);
        output.WriteLine(
            $"licences   {policy} pass; {Figures.Bytes(clean[CountName.BytesIn])} of distinct files pass the licence policy and "
            + "the rules on names");
        output.WriteLine(training[CountName.TokensValidated] == 0
            ? "losses     no tokens were held out"
            : $"losses     validation {Nats(training[CountName.ValidationLoss])}, "
                + $"unigram entropy of the same tokens {Nats(training[CountName.UnigramEntropy])} nats per token");
        if (BitsPerByte.Of(name => training[name]) is { } heldOut)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"bits/byte  {heldOut.Model:F3} by the model, {heldOut.Gzip:F3} by gzip: "
                + $"{heldOut.Files:N0} held-out {(heldOut.Files == 1 ? "file" : "files, each separately")}"));
        }

        output.WriteLine(
            $"dataset    {Shown(run, RunPaths.DatasetShards)}  {files} files, {Figures.Bytes(dataset[CountName.BytesOut])}");
        output.WriteLine($"dropped    {Shown(run, RunPaths.Dropped)}  every file that was dropped, with the rule or its duplicate");
        output.WriteLine($"tokenizer  {Shown(run, RunPaths.Tokens)}");
        output.WriteLine($"model      {Shown(run, RunPaths.ModelExport)}  opens with from_pretrained");
        output.WriteLine($"report     {Shown(run, RunPaths.ReportPage)}");
        output.WriteLine($"next       dataforge generate {Named(run)} --function --prompt 'def main():'");
    }

    // How a command names the run: the workspace is left out where it is the default.
    private static string Named(Run run) => run.Workspace.Folder == Path.GetFullPath(CommonOptions.DefaultWorkspace)
        ? $"--run {run.Name}"
        : $"--workspace '{Shown(run.Workspace.Folder)}' --run {run.Name}";

    private static string Nats(long micronats) => (micronats / 1e6).ToString("F3", CultureInfo.InvariantCulture);

    private static string Shown(Run run, string path) => Shown(run.PathOf(path));

    private static string Shown(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("../..", StringComparison.Ordinal) ? path : relative;
    }
}
