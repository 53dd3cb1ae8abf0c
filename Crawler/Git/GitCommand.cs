using System.Diagnostics;
using System.Text;
using DataForge.Corpus;

namespace DataForge.Crawler.Git;

/// <summary>
/// The git command line, for what libgit2 lacks (shallow and partial fetch), with settings for untrusted repositories: no other
/// configuration, no hooks, no submodules, no prompts, no transports but file, https and ssh.
/// </summary>
/// <param name="homeFolder">The folder that git takes for the user's home.</param>
/// <param name="limit">How long a command may run.</param>
internal sealed class GitCommand(string homeFolder, TimeSpan limit)
{
    // The output of the commands used here is small (an id, a list of references); the bounds protect against a hostile server.
    private const int MaxOutput = 64 << 20;
    private const int MaxErrors = 64 << 10;

    // Exit codes of a process that a signal ended, as shells and .NET give them: 128 and the signal's number (signal(7)).
    private const int SignalHangUp = 128 + 1;
    private const int SignalInterrupt = 128 + 2;
    private const int SignalKill = 128 + 9;
    private const int SignalTerminate = 128 + 15;
    private const int SignalProcessorTime = 128 + 24;
    private const int SignalFileSize = 128 + 25;

    // Ctrl-C goes to all processes of a terminal. git may end before this process has seen the signal; two seconds are enough for that.
    private static readonly TimeSpan InterruptGracePeriod = TimeSpan.FromSeconds(2);

    private static readonly string[] Settings =
    [
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "fetch.recurseSubmodules=false", "submodule.recurse=false", "gc.auto=0",
        "maintenance.auto=false", "credential.helper=", "safe.directory=*", "protocol.allow=never", "protocol.file.allow=always",
        "protocol.https.allow=always", "protocol.ssh.allow=always", "advice.detachedHead=false",
    ];

    // Environment variables that git gets: those for a proxy, an SSH agent and certificates. All others are removed.
    private static readonly string[] PassedVariables =
    [
        "PATH", "SSH_AUTH_SOCK", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE",
    ];

    /// <summary>Runs git in a folder and returns its output, byte for byte.</summary>
    /// <exception cref="GitException">git failed, or took too long.</exception>
    public Task<byte[]> RunAsync(string folder, IEnumerable<string> arguments, string? input, CancellationToken cancellation) =>
        RunAsync(folder, arguments, (stream, token) => FeedAsync(stream, input, token), null, cancellation);

    /// <summary>Runs git in a folder, within limits, and returns its output. It is killed when <paramref name="feed"/> throws.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="arguments">The command and its arguments.</param>
    /// <param name="feed">Writes git's input; the stream is closed afterwards.</param>
    /// <param name="limits">Resource limits; null for no limit but time.</param>
    /// <param name="cancellation">Stops git.</param>
    /// <exception cref="GitException">git failed, or took too long.</exception>
    public async Task<byte[]> RunAsync(
        string folder, IEnumerable<string> arguments, Func<Stream, CancellationToken, Task> feed, ProcessLimits? limits,
        CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string argument in Settings.SelectMany(setting => new[] { "-c", setting }).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        SetEnvironment(start.Environment);
        using Process process = Start(start);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        try
        {
            limits?.Apply(process.Id);
            using var output = new MemoryStream();
            Task read = CopyAsync(process.StandardOutput.BaseStream, output, timeout.Token);
            Task<string> errors = ErrorsAsync(process.StandardError.BaseStream, timeout.Token);
            bool isBroken = false;
            try
            {
                await feed(process.StandardInput.BaseStream, timeout.Token).ConfigureAwait(false);
                process.StandardInput.Close();
            }
            catch (BrokenPipeException)
            {
                // git ended before it had read all; its exit code and its error output say why.
                isBroken = true;
            }

            await Task.WhenAll(read, errors).ConfigureAwait(false);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            if (process.ExitCode is SignalHangUp or SignalInterrupt or SignalTerminate)
            {
                // Someone stopped the crawl, or git alone: no fault of the repository, so no row may report it.
                await Task.Delay(InterruptGracePeriod, cancellation).ConfigureAwait(false);
                throw new DataForgeException("git was stopped from outside: run the same command again.");
            }

            return process.ExitCode == 0 && !isBroken
                ? output.ToArray()
                : throw new GitException(Reason(await errors.ConfigureAwait(false), process.ExitCode));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new GitException($"git took longer than {limit.TotalSeconds:0} seconds");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw DataForgeException.Usage("this source needs git, which was not found: install it (Debian: apt-get install git).", e);
        }
    }

    private static async Task FeedAsync(Stream stream, string? input, CancellationToken cancellation)
    {
        if (input is not null)
        {
            await WriteAsync(stream, Encoding.ASCII.GetBytes(input), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes to git's input.</summary>
    /// <exception cref="BrokenPipeException">git has ended.</exception>
    public static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new BrokenPipeException(e);
        }
    }

    private static async Task CopyAsync(Stream from, MemoryStream to, CancellationToken cancellation)
    {
        byte[] buffer = new byte[4096];
        while (await from.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var count)
        {
            to.Write(buffer, 0, to.Length < MaxOutput ? count : throw new GitException($"git wrote more than {MaxOutput} bytes"));
        }
    }

    // A server's messages go through git's error stream, so their length is bounded too.
    private static async Task<string> ErrorsAsync(Stream from, CancellationToken cancellation)
    {
        using var kept = new MemoryStream();
        byte[] buffer = new byte[4096];
        while (await from.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var count)
        {
            kept.Write(buffer, 0, kept.Length < MaxErrors ? count : 0);
        }

        return Encoding.UTF8.GetString(kept.ToArray());
    }

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        var passed = PassedVariables.Where(environment.ContainsKey).ToDictionary(name => name, name => environment[name]);
        environment.Clear();
        foreach ((string name, string? value) in passed)
        {
            environment[name] = value;
        }

        environment["HOME"] = homeFolder;
        environment["LC_ALL"] = "C";
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_ASKPASS"] = "/bin/false";
        environment["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes";
        environment["GIT_ALLOW_PROTOCOL"] = "file:https:ssh";
    }

    // The line of the error output that says what is wrong; a process ended by a signal writes none.
    private static string Reason(string errors, int exit)
    {
        if (exit is SignalProcessorTime or SignalFileSize or SignalKill)
        {
            return exit == SignalFileSize ? "git wrote a larger file than it may" : "git used more than it may";
        }

        string[] lines = errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(line => line.StartsWith("fatal:", StringComparison.Ordinal))
            ?? lines.LastOrDefault() ?? "git failed and did not say why";
    }

    /// <summary>git has closed its input.</summary>
    internal sealed class BrokenPipeException(Exception inner) : Exception("git has ended", inner);
}

/// <summary>git failed; the message is the line of its error output that says why.</summary>
internal sealed class GitException(string message) : Exception(message);
