using System.Diagnostics;
using System.Text;
using DataForge.Corpus;

namespace DataForge.Crawler.Git;

/// <summary>
/// The git command line, for what libgit2 1.5 lacks (shallow and partial transfer), under settings for repositories nobody vouches for:
/// no configuration but this, no hooks, no submodules, no questions, no transport but file, https and ssh.
/// </summary>
internal sealed class GitCommand(string homeFolder, TimeSpan limit)
{
    private static readonly string[] Settings =
    [
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "fetch.recurseSubmodules=false", "submodule.recurse=false", "gc.auto=0",
        "maintenance.auto=false", "credential.helper=", "safe.directory=*", "protocol.allow=never", "protocol.file.allow=always",
        "protocol.https.allow=always", "protocol.ssh.allow=always", "advice.detachedHead=false",
    ];

    // What reaches the network through a proxy or an agent; everything else of the environment stays out.
    private static readonly string[] Passed =
    [
        "PATH", "SSH_AUTH_SOCK", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE",
    ];

    /// <summary>Runs git in a folder and returns what it wrote, byte for byte.</summary>
    /// <exception cref="GitException">git failed, or took too long.</exception>
    public async Task<byte[]> RunAsync(string folder, IEnumerable<string> arguments, string? input, CancellationToken cancellation)
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
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        try
        {
            using var output = new MemoryStream();
            Task read = process.StandardOutput.BaseStream.CopyToAsync(output, patience.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
            await FeedAsync(process, input, patience.Token).ConfigureAwait(false);
            await Task.WhenAll(read, errors).ConfigureAwait(false);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return process.ExitCode == 0 ? output.ToArray() : throw new GitException(Reason(await errors.ConfigureAwait(false)));
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

    private static async Task FeedAsync(Process process, string? input, CancellationToken cancellation)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.BaseStream.WriteAsync(Encoding.ASCII.GetBytes(input), cancellation).ConfigureAwait(false);
            }

            process.StandardInput.Close();
        }
        catch (IOException) when (input is not null)
        {
            // git ended before it read all; its exit code and its words say why.
        }
    }

    private void SetEnvironment(IDictionary<string, string?> environment)
    {
        var passed = Passed.Where(environment.ContainsKey).ToDictionary(name => name, name => environment[name]);
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

    // The line that says what is wrong, as one line.
    private static string Reason(string errors)
    {
        string[] lines = errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(line => line.StartsWith("fatal:", StringComparison.Ordinal))
            ?? lines.LastOrDefault() ?? "git failed and did not say why";
    }
}

/// <summary>git failed; the message is its own line.</summary>
internal sealed class GitException(string message) : Exception(message);
