using System.Diagnostics;
using DataForge.Testing;

namespace DataForge.Service.Tests.Hosting;

public sealed class SystemdUnitTests
{
    private static readonly string Unit = Path.Combine(SharedFiles.ProjectRoot, "docs", "dataforge.service");

    [Fact]
    public void Unit_ofTheManual_passesSystemdsOwnCheck()
    {
        const string Tool = "/usr/bin/systemd-analyze";
        Assert.SkipUnless(File.Exists(Tool), "systemd-analyze is not here");
        using var folder = new TemporaryFolder();

        // The check also looks for the program and the user.
        string copy = folder.Write("dataforge.service", File.ReadAllText(Unit)
            .Replace("/opt/dataforge/dataforge", "/bin/true", StringComparison.Ordinal).Replace("User=dataforge", "User=root", StringComparison.Ordinal));
        using Process process = Process.Start(new ProcessStartInfo(Tool, ["verify", "--man=no", copy]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        string said = process.StandardError.ReadToEnd() + process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0 && !said.Contains("dataforge.service", StringComparison.Ordinal), said);
    }

    [Theory]
    [InlineData("Type=notify")]
    [InlineData("WatchdogSec=")]
    [InlineData("KillMode=mixed")]
    [InlineData("TimeoutStopSec=")]
    [InlineData("Restart=")]
    public void Unit_ofTheManual_setsWhatTheServiceNeeds(string setting) =>
        Assert.Contains(File.ReadAllLines(Unit), line => line.StartsWith(setting, StringComparison.Ordinal));
}
