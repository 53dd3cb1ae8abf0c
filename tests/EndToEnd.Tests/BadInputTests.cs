using System.Diagnostics;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("build", "--source", "dir:/no/such/folder")]
    [InlineData("build", "--source", "ftp:somewhere")]
    [InlineData("build", "--until", "nowhere")]
    [InlineData("build", "--workers", "0")]
    [InlineData("build", "--set", "clean.preset=nonsense", "--set", "dedup.threshold=7")]
    [InlineData("build", "--set", "clean.noSuchOption=1")]
    [InlineData("build", "--config", "/no/such/file.json")]
    [InlineData("build", "--sorce", "dir:src")]
    [InlineData("build", "--workers", "many")]
    [InlineData("pretrain", "--problems", "/no/such/folder", "--from", "/no/such/folder")]
    [InlineData("generate", "--prompt", "x")]
    [InlineData("generate", "--prompt", "x", "--model", "/no/such/folder")]
    [InlineData("explain")]
    [InlineData("stats")]
    [InlineData("report")]
    [InlineData("frobnicate")]
    [InlineData()]
    [InlineData("build", "--run", "../outside")]
    [InlineData("clean")] // nothing crawled yet
    public async Task Verb_wrongUse_saysSoInOneLineAndExitsTwo(params string[] arguments)
    {
        (int code, _, string error) = await DataForgeProcess.RunAsync(arguments is [] or ["frobnicate"] ? arguments : [.. arguments, "--workspace", _folder["w"]]);
        Assert.Equal(2, code);
        Assert.StartsWith("dataforge: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("clean")]
    [InlineData("dedup")]
    [InlineData("report")]
    [InlineData("stats")]
    [InlineData("verify")]
    [InlineData("explain", "x")]
    [InlineData("generate", "--prompt", "x")]
    public async Task Verb_mistypedWorkspaceOrRun_makesNone(params string[] arguments)
    {
        (int code, _, string error) = await DataForgeProcess.RunAsync([.. arguments, "--workspace", _folder["mistyped"]]);
        Assert.Equal(2, code);
        Assert.Contains("There is no workspace", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["mistyped"]));
        Directory.CreateDirectory(_folder["there", "runs", "right"]);
        (code, _, error) = await DataForgeProcess.RunAsync([.. arguments, "--workspace", _folder["there"], "--run", "wrong"]);
        Assert.Equal(2, code);
        Assert.Contains("has no run 'wrong'; it has right.", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["there", "runs", "wrong"]));
    }

    [Theory]
    [InlineData("There is no command 'biuld'; did you mean 'build'?", "biuld", "--run", "x")]
    [InlineData("build has no option '--sorce'; did you mean '--source'?", "build", "--sorce", "dir:x")]
    [InlineData("pretrain has no option '--pretrain.steps'; give it as --set pretrain.steps=VALUE.", "pretrain", "--pretrain.steps", "20")]
    [InlineData("clean has no option '--clean.preset=x'; give it as --set clean.preset=x.", "clean", "--clean.preset=x")]
    [InlineData("stats takes no argument 'x'.", "stats", "x")]
    [InlineData("--workers many: give a whole number.", "build", "--workers", "many")]
    [InlineData("--workspace needs DIR.", "build", "--workspace")]
    [InlineData("--prompt needs TEXT.", "generate")]
    [InlineData("--function chooses how to sample: leave out --stop, --top-k.", "generate", "--model", ".", "--prompt", "def f():", "--function", "--top-k", "3", "--stop", "x")]
    [InlineData("--function needs a prompt that begins a function, such as 'def main():'.", "generate", "--model", ".", "--prompt", "import os", "--function")]
    public async Task Verb_notUnderstood_saysWhatWasMeant(string expected, params string[] arguments)
    {
        (int code, _, string error) = await DataForgeProcess.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.StartsWith("dataforge: " + expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Build_severalWrongOptions_namesThemAllAtOnce()
    {
        (_, _, string error) = await DataForgeProcess.RunAsync("build", "--workspace", _folder["w"], "--set", "dedup.threshold=7", "--set", "tokenize.vocabularysize=1");
        Assert.Contains("Threshold", error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("VocabularySize", error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("jsonl", "{\"repo\":\"a/b\",\"path\":\"m.py\",\"content\":\"x = 1\\n\"}\n{\"repo\":\"a/b\",\"pa")]
    [InlineData("parquet", "PAR1 and then nothing of the kind PAR1")]
    public async Task Build_sourceIsCutShort_failsWithOneLine(string kind, string content)
    {
        string source = _folder.Write("source." + kind, content);
        (int code, _, string error) = await DataForgeProcess.RunAsync("build", "--workspace", _folder["w"], "--source", $"{kind}:{source}");
        Assert.True(code is 1 or 2, $"exit code {code}");
        Assert.StartsWith("dataforge: ", error, StringComparison.Ordinal);
        Assert.Contains("source." + kind, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Build_diskIsFull_saysSoAndGoesOnOnceThereIsRoom()
    {
        Assert.SkipWhen(RealPython.StandardLibrary is null, "no python3 with its library on this machine");
        string small = Directory.CreateDirectory(_folder["small"]).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small) == 0, "no right to mount a small file system");
        try
        {
            string[] arguments = ["build", "--workspace", small, "--until", "clean", "--source", "dir:" + RealPython.StandardLibrary];
            (int code, string output, string error) = await DataForgeProcess.RunAsync(arguments);
            Assert.True(code == 1, $"exit code {code}: {output} {error}");
            Assert.Contains("full", error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd('\n').Split('\n'));

            Assert.Equal(0, Run("mount", "-o", "remount,size=200m", small));
            (code, output, error) = await DataForgeProcess.RunAsync(arguments);
            Assert.True(code == 0, output + error);
        }
        finally
        {
            Run("umount", small);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
