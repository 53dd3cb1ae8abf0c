using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.Quickstart;
using DataForge.Orchestrator.Terminal;

namespace DataForge.Orchestrator.Commands;

/// <summary>The main job on real input: the Python found on this machine becomes a corpus, a model and a report.</summary>
internal static class QuickstartCommand
{
    public static async Task RunAsync(PipelineRequest request, CancellationToken cancellation)
    {
        IReadOnlyList<(string Folder, long Bytes)> found = await PythonOnThisMachine.FindAsync(cancellation).ConfigureAwait(false);
        if (found.Count == 0)
        {
            throw DataForgeException.Usage("No Python was found on this machine (is python3 installed?); name a folder: dataforge build --source dir:PATH.");
        }

        Console.WriteLine("Python on this machine:");
        foreach ((string folder, long bytes) in found)
        {
            Console.WriteLine($"  {folder}  {Figures.Bytes(bytes)}");
        }

        // The user's own words come last, so they win.
        IEnumerable<KeyValuePair<string, string?>> defaults = found
            .Select((source, i) => new KeyValuePair<string, string?>($"Crawl:Sources:{i}", "dir:" + source.Folder))
            .Append(new("Tokenize:VocabularySize", "2048"))
            .Append(new("Pretrain:Preset", "quickstart"));
        Run run = await Pipeline.RunAsync(
            request with { CommandLine = [.. defaults, .. request.CommandLine] }, StageNames.All[0], StageNames.All[^1], cancellation)
            .ConfigureAwait(false);
        RunClosing.Write(run, Console.Out);
    }
}
