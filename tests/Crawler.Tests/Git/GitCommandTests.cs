using System.Globalization;
using System.Text;
using DataForge.Corpus;
using DataForge.Crawler.Git;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Git;

public class GitCommandTests
{
    [Fact]
    public async Task Run_anyMachine_noConfigurationButItsOwn()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["home"]);
        File.WriteAllText(folder["home", ".gitconfig"], "[core]\n\tfsmonitor = touch canary\n");
        var git = new GitCommand(folder["home"], TimeSpan.FromSeconds(60));
        string[] settings = Encoding.UTF8.GetString(
            await git.RunAsync(folder.Path, ["config", "--list", "--show-origin"], null, CancellationToken.None))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.StartsWith("command line:", setting, StringComparison.Ordinal));

        foreach (string address in (string[])["ext::sh -c id", "http://127.0.0.1:9/x", "git://127.0.0.1/x", "fd::0"])
        {
            GitException fault = await Assert.ThrowsAsync<GitException>(
                () => git.RunAsync(folder.Path, ["ls-remote", "--", address], null, CancellationToken.None));
            Assert.Contains("not allowed", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_limits_endItWithAReason()
    {
        using var folder = new TemporaryFolder();
        var git = new GitCommand(folder.Path, TimeSpan.FromSeconds(60));
        await git.RunAsync(folder.Path, ["init", "-q", "--bare", "--template="], null, CancellationToken.None);
        var small = new ProcessLimits(1L << 30, 1 << 16, 60);
        byte[] noise = new byte[1 << 20];
        new Span<byte>(noise).Fill(1);
        for (int i = 0; i < noise.Length; i++)
        {
            noise[i] = (byte)((i * 2654435761L) >> 13);
        }

        GitException fault = await Assert.ThrowsAsync<GitException>(() => git.RunAsync(
            folder.Path, ["-c", "core.compression=0", "hash-object", "-w", "--stdin"],
            (stream, token) => GitCommand.WriteAsync(stream, noise, token).AsTask(), small, CancellationToken.None));
        Assert.Contains("larger file", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 2)]
    [InlineData("TERM", 15)]
    [InlineData("HUP", 1)]
    public async Task Run_stoppedByASignal_isNoFaultOfTheRepository(string signal, int number)
    {
        // nohup and shells without job control do so, and git inherits it.
        Assert.SkipWhen(IsIgnored(number), $"this process was started with SIG{signal} ignored");
        using var folder = new TemporaryFolder();
        var git = new GitCommand(folder.Path, TimeSpan.FromSeconds(60));

        // The signal is on its way when git waits for its child, which may end first.
        string[] arguments = ["-c", $"alias.stopped=!kill -{signal} $PPID; sleep 1", "stopped"];
        DataForgeException fault = await Assert.ThrowsAsync<DataForgeException>(
            () => git.RunAsync(folder.Path, arguments, null, CancellationToken.None));
        Assert.Contains("run the same command again", fault.Message, StringComparison.Ordinal);

        // Ctrl-C reaches git first, then this process: the crawl is stopped, and nothing else.
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => git.RunAsync(folder.Path, arguments, null, stop.Token));
    }

    // SigIgn has one bit a signal, from 1 (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).
    private static bool IsIgnored(int signal)
    {
        const string Name = "SigIgn:";
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        ulong ignored = ulong.Parse(line[Name.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return ((ignored >> (signal - 1)) & 1) != 0;
    }
}
