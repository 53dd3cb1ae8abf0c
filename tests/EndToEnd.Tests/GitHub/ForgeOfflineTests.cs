using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.GitHub;

/// <summary>The message that a user gets without a network.</summary>
public sealed class ForgeOfflineTests
{
    [Fact]
    public async Task Crawl_forgeDoesNotAnswer_endsWithOneLine()
    {
        using var folder = new TemporaryFolder();
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        long start = Stopwatch.GetTimestamp();
        (int code, string _, string error) = await DataForgeProcess.RunAsync(
            "build", "--until", "crawl", "--workspace", folder["w"], "--source", ForgeWorld.Source,
            "--set", $"crawl.githubbaseaddress=http://127.0.0.1:{port}", "--set", "crawl.githubconnectseconds=2");
        Assert.Equal(1, code);
        string[] lines = error.TrimEnd('\n').Split('\n');
        string last = lines[^1];
        Assert.Contains($"127.0.0.1:{port} cannot be reached (Connection refused", last, StringComparison.Ordinal);
        Assert.Contains("run the same command again", last, StringComparison.Ordinal);
        Assert.InRange(lines.Length, 1, 2);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 90);
    }
}
