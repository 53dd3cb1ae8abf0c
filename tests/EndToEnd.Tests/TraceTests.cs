using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Shards;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

[Collection(nameof(SharedBuild))]
public sealed class TraceTests(SharedBuild built) : IDisposable
{
    private const int Snippets = 100;
    private const int SnippetLines = 10;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Trace_snippetsOfTheDatasetAndOfOtherCode_namesTheSourceOfTheFirstOnly()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        SortedDictionary<string, string> before = built.Build.Hashes("w");

        // Cut at places drawn by a fixed seed, wherever they fall: in docstrings, comments, brackets.
        List<DatasetFile> dataset = Dataset(built.Workspace);
        List<Cut> inside = Draw([.. dataset.Select((file, i) => (i, file.Text))], seed: 1, "inside");
        string library = Path.GetFullPath(RealPython.StandardLibrary!);
        List<(int, string)> elsewhere = [.. RealPython.Files().Where(path => !IsOf(path, library))
            .Select((path, i) => (i, File.ReadAllText(path)))];
        Assert.SkipWhen(elsewhere.Count < Snippets, "no Python code on this machine but the standard library's");

        // Packages carry copies of the library's code; what the dataset also has, by whole lines, is not from outside it.
        HashSet<string> known = [.. dataset.SelectMany(file => Passages(file.Text))];
        List<Cut> outside = Draw(elsewhere, seed: 2, "outside", text => !Passages(text).Any(known.Contains));

        string output = await DataForgeProcess.SucceedAsync(
            ["trace", .. inside.Concat(outside).Select(cut => cut.File), "--workspace", built.Workspace, "--run", "r", "--json"]);
        JsonElement[] answers = [.. JsonDocument.Parse(output).RootElement.GetProperty("answers").EnumerateArray()];
        Assert.Equal(2 * Snippets, answers.Length);

        var missed = new List<string>();
        foreach ((Cut cut, JsonElement answer) in inside.Zip(answers))
        {
            DatasetFile source = dataset[cut.Source];
            bool found = answer.GetProperty("sources").EnumerateArray().Any(named =>
                (named.GetProperty("repository").GetString() == source.Repository && named.GetProperty("path").GetString() == source.Path)
                || dataset.Any(other => other.Path == named.GetProperty("path").GetString()
                    && other.Text.Contains(cut.Text, StringComparison.Ordinal)));
            if (!found)
            {
                missed.Add($"{source.Path}: {answer.GetProperty("result")}\n{cut.Text}");
            }
        }

        var wrong = outside.Zip(answers.Skip(Snippets)).Where(pair => pair.Second.GetProperty("sources").GetArrayLength() > 0).ToList();
        int named = wrong.Sum(pair => pair.Second.GetProperty("sources").GetArrayLength());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"found {Snippets - missed.Count} of {Snippets}; named {named} sources for {Snippets} snippets from elsewhere");
        Assert.True(missed.Count <= 5, $"missed {missed.Count}:\n{string.Join("\n---\n", missed)}");
        IEnumerable<string> shown = wrong.Select(pair => $"{elsewhere[pair.First.Source].Item1} {pair.First.Text}\n{pair.Second}");
        Assert.True(named <= 2, $"named {named}:\n{string.Join("\n---\n", shown)}");
        await TwoSourcesAsync(dataset);
        Assert.Equal(before, built.Build.Hashes("w"));
    }

    // Code put together from two files has two sources, each with its lines.
    private async Task TwoSourcesAsync(List<DatasetFile> dataset)
    {
        string[] Lines(string path) => dataset.Single(file => file.Path == path).Text.Split('\n')[1000..1040];
        string mixed = _folder.Write("mixed.py", string.Join('\n', [.. Lines("argparse.py"), .. Lines("difflib.py")]));
        string output = await DataForgeProcess.SucceedAsync("trace", mixed, "--workspace", built.Workspace, "--run", "r");
        Assert.Matches("argparse.py:10[0-4][0-9]-10[0-4][0-9] ", output);
        Assert.Matches("difflib.py:10[0-4][0-9]-10[0-4][0-9] ", output);
        Assert.Contains("PSF-2.0", output, StringComparison.Ordinal);
        Assert.Contains("searched", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_wrongUse_saysSoAndMakesNoRun()
    {
        string snippet = _folder.Write("snippet.py", "x = 1\n");
        (int code, _, string error) = await DataForgeProcess.RunAsync("trace", snippet, "--workspace", _folder["w"], "--run", "r");
        Assert.Equal(2, code);
        Assert.Contains("no run 'r'", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["w"]));

        Directory.CreateDirectory(_folder["w", "runs", "r"]);
        (code, _, error) = await DataForgeProcess.RunAsync("trace", snippet, "--workspace", _folder["w"], "--run", "r");
        Assert.Equal(2, code);
        Assert.Contains("no dataset", error, StringComparison.Ordinal);

        (code, _, error) = await DataForgeProcess.RunAsync("trace", _folder["absent.py"], "--workspace", _folder["w"], "--run", "r");
        Assert.Equal(2, code);
        Assert.Contains("absent.py", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    // An interpreter's other folders often lie inside its library's.
    private static bool IsOf(string path, string library) => path.StartsWith(library + "/", StringComparison.Ordinal)
        && !path.Contains("-packages/", StringComparison.Ordinal);

    // Four lines in a row, blank ones left out, that together are longer than idioms are.
    private static IEnumerable<string> Passages(string text)
    {
        const int Lines = 4;
        const int LeastLength = 100;
        string[] lines = [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        return Enumerable.Range(0, Math.Max(0, lines.Length - Lines + 1))
            .Select(i => string.Join('\n', lines, i, Lines)).Where(passage => passage.Length >= LeastLength);
    }

    private static List<DatasetFile> Dataset(string workspace)
    {
        var files = new List<DatasetFile>();
        string folder = Path.Combine(workspace, "runs/r/3-dataset/data");
        foreach (string shard in Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal))
        {
            using var reader = new CorpusShard.Reader(shard);
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    CorpusFile file = rows.File(row);
                    files.Add(new DatasetFile(file.Repository.Name, file.Path, System.Text.Encoding.UTF8.GetString(rows.Text(row))));
                }
            }
        }

        return files;
    }

    private List<Cut> Draw(IReadOnlyList<(int Number, string Text)> files, int seed, string name, Func<string, bool>? isWanted = null)
    {
        var random = new Random(seed);
        var cuts = new List<Cut>();
        while (cuts.Count < Snippets)
        {
            (int number, string text) = files[random.Next(files.Count)];
            string[] lines = text.Split('\n');
            if (lines.Length > SnippetLines)
            {
                int first = random.Next(lines.Length - SnippetLines);
                string cut = string.Join('\n', lines.Skip(first).Take(SnippetLines)) + "\n";
                if (isWanted?.Invoke(cut) == false)
                {
                    continue;
                }

                cuts.Add(new Cut(_folder.Write($"{name}-{cuts.Count}.py", cut), number, cut));
            }
        }

        return cuts;
    }

    private sealed record DatasetFile(string Repository, string Path, string Text);

    private sealed record Cut(string File, int Source, string Text);
}
