using DataForge.Corpus.OptOuts;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Orchestrator.OptOut;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.OptOut;

[Collection(nameof(OptOutBuild))]
public sealed class OptOutKillTests(OptOutBuild built)
{
    private const int Kills = 5;

    // A soak kills more: DATAFORGE_TEST_OPTOUT_SOAK=20 workspaces.
    private static readonly int Workspaces = int.TryParse(Environment.GetEnvironmentVariable("DATAFORGE_TEST_OPTOUT_SOAK"), out int asked) ? asked : 1;

    /// <summary>SIGKILL at moments drawn over the whole length, half of them while files go to their places; in the end all bytes are the same.</summary>
    [Fact]
    public async Task OptOut_killedAnywhere_endsInTheSameBytes()
    {
        Assert.SkipWhen(OptOutBuild.Missing is not null, OptOutBuild.Missing ?? "");
        SortedDictionary<string, string> expected = OptOutBuild.Hashes(built.After);
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int killed = 0;
        int unfinished = 0;

        // An opt-out that ends before its kill leaves less to be killed in this workspace: then another one makes up for it.
        for (int i = 0; i < Workspaces || (killed < Kills * Workspaces && i < 4 * Workspaces); i++)
        {
            string workspace = built.NewFolder($"killed-{i}");
            built.CopyTo(workspace);
            string journal = Path.Combine(workspace, "optout.journal.json");
            for (int kill = 0; kill < Kills; kill++)
            {
                using DataForgeProcess process = DataForgeProcess.Start("optout", built.List, "--workspace", workspace);
                if (kill % 2 == 0)
                {
                    await WaitForAsync(() => File.Exists(journal) && File.ReadAllText(journal).Contains("\"ready\"", StringComparison.Ordinal), process);
                    killed += await process.KillAfterAsync(TimeSpan.FromMilliseconds(random.Next(0, 250))) ? 1 : 0;
                }
                else
                {
                    killed += await process.KillAfterAsync(TimeSpan.FromMilliseconds(random.Next(100, 1500))) ? 1 : 0;
                }

                if (File.Exists(journal))
                {
                    // Nobody sees it half-way.
                    if (unfinished++ == 0)
                    {
                        (int code, _, string error) = await DataForgeProcess.RunAsync("verify", "--workspace", workspace, "--run", "one");
                        Assert.Equal(1, code);
                        Assert.Contains("was interrupted: run dataforge optout", Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
                    }

                    Assert.Throws<DataForgeException>(() => OptOutLock.Share(Workspace.Open(workspace)));
                }
            }

            // Without a list where one has begun, with it where the last kill left nothing.
            await OptOutBuild.OptOutAsync(File.Exists(journal) ? ["optout", "--workspace", workspace] : ["optout", built.List, "--workspace", workspace]);
            IReadOnlyList<string> differences = FolderHash.Differences(expected, OptOutBuild.Hashes(workspace));
            Assert.True(differences.Count == 0, $"seed {seed}: {string.Join(", ", differences)}");
            OptOutBuild.Verify(workspace, "one", "two", "three");
            Assert.Empty(WorkspaceSearch.Of(workspace, [OptOutCorpus.Marker, .. OptOutCorpus.Gone]));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}: {killed} killed, {unfinished} of them half-way");
        Assert.True(killed >= Kills * Workspaces, $"seed {seed}: {killed} kills hit a running process, {Kills * Workspaces} were promised");
        Assert.True(unfinished > 0, "no opt-out was killed half-way");
    }

    // The reading may meet the journal while it is renamed.
    private static async Task WaitForAsync(Func<bool> holds, DataForgeProcess process)
    {
        for (int i = 0; i < 3000 && !process.HasExited; i++)
        {
            if (holds())
            {
                return;
            }

            await Task.Delay(10);
        }
    }
}
