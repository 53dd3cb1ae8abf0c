using DataForge.Testing;
using System.Text;
using DataForge.Forge.Faults;
using DataForge.Forge.Repositories;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>No token in what the program prints, writes, or shows of itself and its children to other users of the machine.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ForgeTokenTests
{
    private static readonly PlantedFault[] Faults =
    [
        new(FaultKind.Status) { Status = 500 }, new(FaultKind.Status) { Status = 503 }, new(FaultKind.Reset), new(FaultKind.CutBody),
        new(FaultKind.NotJson),
    ];

    // The forms in which a token is sent: as it is, and in Basic credentials.
    private static readonly byte[][] Forms = [.. new[] { ForgeWorld.Token, ForgeWorld.SecondToken }.SelectMany(token => new[]
    {
        token, token[4..], Convert.ToBase64String(Encoding.UTF8.GetBytes(token)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("x-access-token:" + token)),
        Convert.ToHexString(Encoding.UTF8.GetBytes(token)), Convert.ToHexStringLower(Encoding.UTF8.GetBytes(token)),
    }).Select(Encoding.UTF8.GetBytes)];

    [Fact]
    public async Task Crawl_withFaults_showsNoTokenAnywhere()
    {
        await using ForgeWorld world = await ForgeWorld.StartAsync(new GeneratorOptions { Count = 60 }, 12);
        world.Forge.Faults.PlantShare(3, 0.1, "/", Faults);
        using DataForgeProcess process = world.Crawl("w");
        Task<ProcessList> watch = ProcessList.WatchAsync(process);
        (int code, string output, string error) = await process.FinishAsync();
        ProcessList seen = await watch;

        Assert.True(code == 0, error);
        Assert.True(world.Forge.Faults.Struck > 3);
        Assert.Contains(world.Forge.Log.All, record => record is { User: "alice", Status: 200 });
        AssertClean("standard output", output);
        AssertClean("standard error", error);
        AssertClean("command lines", seen.CommandLines);
        AssertClean("environments of children", seen.ChildEnvironments);
        Assert.True(seen.Count > 0);
        AssertNoFile(world);
    }

    [Fact]
    public async Task Crawl_thatFails_showsNoTokenInItsError()
    {
        await using ForgeWorld world = await ForgeWorld.StartAsync(new GeneratorOptions { Count = 30 }, 2);
        string file = world["tokens.txt"];
        await File.WriteAllTextAsync(file, $"{ForgeWorld.Token}x\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        IEnumerable<string> arguments = world.Arguments("w").Append("--set").Append($"crawl.githubtokenfile={file}");

        // An unknown token; then a line that is not a token; then a file that other users may read.
        (int code, string output, string error) = await DataForgeProcess.RunAsync(arguments);
        Assert.NotEqual(0, code);
        Assert.Contains("line 1 of tokens.txt", error, StringComparison.Ordinal);
        AssertClean("output", output + error);

        await File.WriteAllTextAsync(file, $"{ForgeWorld.Token} {ForgeWorld.SecondToken}\n");
        (code, output, error) = await DataForgeProcess.RunAsync(arguments);
        Assert.NotEqual(0, code);
        AssertClean("output", output + error);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        (code, output, error) = await DataForgeProcess.RunAsync(arguments);
        Assert.NotEqual(0, code);
        AssertClean("output", output + error);
        File.Delete(file);
        AssertNoFile(world);
    }

    private static void AssertNoFile(ForgeWorld world)
    {
        string[] files = [.. Directory.EnumerateFiles(world["w"], "*", SearchOption.AllDirectories)];
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            AssertClean(Path.GetRelativePath(world["w"], file), File.ReadAllBytes(file));
        }
    }

    private static void AssertClean(string where, string text) => AssertClean(where, Encoding.UTF8.GetBytes(text));

    private static void AssertClean(string where, byte[] bytes) =>
        Assert.All(Forms, form => Assert.True(bytes.AsSpan().IndexOf(form) < 0, $"there is a token in {where}"));
}
