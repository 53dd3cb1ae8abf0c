using System.Diagnostics;
using System.Runtime.Versioning;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests;

/// <summary>The launcher on machines that lack what it needs. Programs in a folder of <c>PATH</c> play these machines.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LauncherTests : IDisposable
{
    // What the launcher runs before it looks for .NET.
    private static readonly string[] BasicPrograms = ["bash", "dirname", "readlink", "ldd", "cat", "grep"];

    private readonly TemporaryFolder _folder = new();

    private static string FullPath => Environment.GetEnvironmentVariable("PATH")!;

    [Fact]
    public async Task Launcher_systemHasMusl_saysSoInOneLineAndExitsTwo()
    {
        WriteProgram("ldd", "echo 'musl libc (x86_64)' >&2; echo 'Version 1.2.5' >&2; exit 1");
        await RefusesAsync($"{_folder.Path}:{FullPath}", "musl");
    }

    [Fact]
    public async Task Launcher_noDotnet_saysSoInOneLineAndExitsTwo()
    {
        foreach (string program in BasicPrograms)
        {
            string found = FullPath.Split(':').Select(folder => Path.Combine(folder, program)).First(File.Exists);
            File.CreateSymbolicLink(_folder[program], found);
        }

        await RefusesAsync(_folder.Path, "the .NET 10 SDK is missing");
    }

    [Theory]
    [InlineData("echo '8.0.404 [/usr/share/dotnet/sdk]'")]
    [InlineData("true")] // the runtime alone
    public async Task Launcher_dotnetWithoutSdk10_saysSoInOneLineAndExitsTwo(string answer)
    {
        WriteProgram("dotnet", answer);
        await RefusesAsync($"{_folder.Path}:{FullPath}", "the .NET 10 SDK is missing");
    }

    [Fact]
    public async Task Launcher_noAspNet_saysSoInOneLineAndExitsTwo()
    {
        WriteProgram("dotnet", "case $1 in --list-sdks) echo '10.0.100 [/x/sdk]';; *) echo 'Microsoft.NETCore.App 10.0.0 [/x/shared]';; esac");
        await RefusesAsync($"{_folder.Path}:{FullPath}", "the ASP.NET Core 10 runtime is missing");
    }

    public void Dispose() => _folder.Dispose();

    private static async Task RefusesAsync(string path, string expected)
    {
        string launcher = Path.Combine(SharedFiles.ProjectRoot, "dataforge");
        var start = new ProcessStartInfo("bash", [launcher, "native"]) { RedirectStandardError = true };
        start.Environment["PATH"] = path;
        using Process process = Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
        Assert.StartsWith("dataforge: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private void WriteProgram(string name, string script)
    {
        string path = _folder.Write(name, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
