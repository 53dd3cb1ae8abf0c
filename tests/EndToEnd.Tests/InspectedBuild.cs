using DataForge.Corpus.Runs;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

/// <summary>One small build of real Python, tokens included, that the tests of a class look at.</summary>
public sealed class InspectedBuild : IAsyncLifetime
{
    private SmallBuild? _build;

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => RealPython.StandardLibrary is null ? "no python3 with its library on this machine" : null;

    internal SmallBuild Build => _build!;

    internal string Workspace => Build.Workspace("w");

    internal Run Run => Run.Open(Corpus.Runs.Workspace.Open(Workspace), "r");

    public async ValueTask InitializeAsync()
    {
        if (Missing is null)
        {
            _build = new SmallBuild(RealPython.StandardLibrary!);
            // A long proof names more code.
            string[] more = Environment.GetEnvironmentVariable("DATAFORGE_TEST_FOLDERS")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
            (int code, string output, string error) = await DataForgeProcess.RunAsync([.. _build.Arguments("w"), .. more.SelectMany(folder => new[] { "--source", "dir:" + folder })]);
            Assert.True(code == 0, output + error);
        }
    }

    public ValueTask DisposeAsync()
    {
        _build?.Dispose();
        return ValueTask.CompletedTask;
    }
}
