using System.Text.Json;
using DataForge.Corpus;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Commands;

public sealed class SubmitCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestTerminal _terminal = new();

    [Fact]
    public async Task Submit_slurmPrinted_hasAnArrayForSharedStagesAfterTheStageBefore()
    {
        Assert.Equal(0, await RunAsync("slurm", "--print", "--tasks", "3", "--trainers", "2", "--source", "dir:/it's here", "--run", "mine"));
        string[] jobs = _terminal.Output.ToString().Split("# sbatch ", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["crawl", "clean", "dedup", "tokenize", "pretrain", "report"], jobs.Select(job => job.Split("mine-")[1].Split('\'')[0]));
        Assert.All(jobs, job => Assert.Contains("'--requeue'", job, StringComparison.Ordinal));
        Assert.Equal(jobs[1..].Length, jobs.Count(job => job.Contains("'--dependency=afterok:JOB'", StringComparison.Ordinal)));
        Assert.All(jobs[1..4], job =>
        {
            Assert.Contains("'--array=0-2'", job, StringComparison.Ordinal);
            Assert.Contains("--rank \"$SLURM_ARRAY_TASK_ID\" --world 3", job, StringComparison.Ordinal);
        });
        Assert.Contains("'--ntasks=1'", jobs[0], StringComparison.Ordinal);
        Assert.Contains("'--set' 'Crawl.Sources.0=dir:/it'\\''s here'", jobs[0], StringComparison.Ordinal);
        Assert.Contains("srun", jobs[4], StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["w"]));
    }

    [Fact]
    public async Task Submit_kubernetes_printsAnIndexedJob()
    {
        Assert.Equal(0, await RunAsync(
            "kubernetes", "--image", "forge:1", "--claim", "data", "--tasks", "3", "--until", "tokenize", "--run", "My.run", "--source", "dir:/src"));
        using JsonDocument job = JsonDocument.Parse(_terminal.Output.ToString());
        JsonElement spec = job.RootElement.GetProperty("spec");
        Assert.Equal("dataforge-my-run", job.RootElement.GetProperty("metadata").GetProperty("name").GetString());
        Assert.Equal(("Indexed", 3), (spec.GetProperty("completionMode").GetString(), spec.GetProperty("completions").GetInt32()));
        JsonElement container = spec.GetProperty("template").GetProperty("spec").GetProperty("containers")[0];
        string[] arguments = [.. container.GetProperty("args").EnumerateArray().Select(each => each.GetString()!)];
        Assert.Equal(["build", "--until", "tokenize", "--workspace", _folder["w"]], arguments[..5]);
    }

    [Theory]
    [InlineData("slurm", "--tasks", "0")]
    [InlineData("slurm", "--set", "clean.presett=x")]
    [InlineData("kubernetes", "--until", "dedup")]
    [InlineData("kubernetes", "--image", "x", "--claim", "y")]
    [InlineData("pbs")]
    public async Task Submit_wrongUse_saysSoInOneLine(string engine, params string[] more)
    {
        Assert.Equal(DataForgeException.WrongUse, await RunAsync(engine, more));
        Assert.Single(_terminal.ErrorLines);
        Assert.False(Directory.Exists(_folder["w"]));
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("-1", "2")]
    [InlineData("0", "0")]
    public async Task Clean_rankOutsideTheWorld_isWrongUse(string rank, string world)
    {
        Directory.CreateDirectory(_folder["w", "runs", "r"]);
        Assert.Equal(DataForgeException.WrongUse, await DataForgeHost.InvokeAsync(
            ["clean", "--workspace", _folder["w"], "--run", "r", "--rank", rank, "--world", world], _terminal.Terminal, CancellationToken.None));
        Assert.Contains("give a rank from 0", Assert.Single(_terminal.ErrorLines), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<int> RunAsync(string engine, params string[] more) => DataForgeHost.InvokeAsync(
        ["submit", "--engine", engine, "--workspace", _folder["w"], .. more], _terminal.Terminal, CancellationToken.None);
}
