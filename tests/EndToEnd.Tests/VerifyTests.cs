using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

[Collection(nameof(SharedBuild))]
public sealed class VerifyTests(SharedBuild built)
{
    [Fact]
    public async Task Verify_wholeRun_saysWhatItCheckedAndExitsZero()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        (int code, string output, string error) = await DataForgeProcess.RunAsync("verify", "--workspace", built.Workspace, "--run", "r");
        Assert.True(code == 0, output + error);
        Assert.StartsWith("r is whole: ", output, StringComparison.Ordinal);
        Assert.Contains("  pretrain, report: the run has no finished part of it\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_noSuchRun_exitsTwoAndMakesNone()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        (int code, _, string error) = await DataForgeProcess.RunAsync("verify", "--workspace", built.Workspace, "--run", "none");
        Assert.Equal(2, code);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.False(Directory.Exists(Path.Combine(built.Workspace, "runs", "none")));
    }

    [Fact]
    public async Task Verify_missingFile_saysSoInOneLineAndExitsOne()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        string file = built.Run.Workspace.RawBlobsPart(built.Run.ReadInput().Parts[0].Number);
        byte[] bytes = File.ReadAllBytes(file);
        File.Delete(file);
        (int code, _, string error) = await DataForgeProcess.RunAsync("verify", "--workspace", built.Workspace, "--run", "r");
        File.WriteAllBytes(file, bytes);
        Assert.Equal(1, code);
        Assert.StartsWith($"dataforge: {file}: is missing", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    /// <summary>A run against a base names twins that are in the base's dataset alone.</summary>
    [Fact]
    public async Task Verify_runWithABase_looksForTwinsThereToo()
    {
        Assert.SkipWhen(SharedBuild.Missing is not null, SharedBuild.Missing ?? "");
        await DataForgeProcess.SucceedAsync([.. built.Build.Arguments("w", run: "after", until: "dedup"), "--set", "dedup.base=r"]);
        string output = await DataForgeProcess.SucceedAsync("verify", "--workspace", built.Workspace, "--run", "after");
        Assert.StartsWith("after is whole: ", output, StringComparison.Ordinal);
    }
}
