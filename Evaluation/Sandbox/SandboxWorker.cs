using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Corpus;

namespace DataForge.Evaluation.Sandbox;

/// <summary>
/// A Python process in the sandbox that judges one program after another, each in processes of its own. One that does not answer in time is
/// replaced.
/// </summary>
internal sealed class SandboxWorker(SandboxFolder folder, PythonInterpreter python, bool isolated) : IDisposable
{
    // What a busy machine may take above a program's own limit, before the worker itself counts as stuck.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    private Process? _process;

    /// <summary>Starts the worker now, so that the first program does not wait; fails where the sandbox cannot run.</summary>
    /// <exception cref="DataForgeException">The sandbox cannot run here.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Process process;
        try
        {
            process = Process.Start(SandboxCommand.Create(folder, python, isolated))!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw CannotRun(e.Message);
        }

        _process = process;
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string? ready = await ReadLineAsync(process, Patience, cancellation).ConfigureAwait(false);
        if (ready != "ready")
        {
            Stop();
            throw CannotRun((await errors.ConfigureAwait(false)).Trim().ReplaceLineEndings(" "));
        }
    }

    /// <summary>Judges a program.</summary>
    public async Task<Verdict> JudgeAsync(ProgramJob job, ProgramLimits limits, CancellationToken cancellation)
    {
        if (_process is null)
        {
            await StartAsync(cancellation).ConfigureAwait(false);
        }

        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new { job.Program, job.Trusted, job.Tests, job.Remote, Script = job.IsScript, Limits = limits }, Json);
        var head = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(head, body.Length);
        try
        {
            Stream input = _process!.StandardInput.BaseStream;
            await input.WriteAsync(head, cancellation).ConfigureAwait(false);
            await input.WriteAsync(body, cancellation).ConfigureAwait(false);
            await input.FlushAsync(cancellation).ConfigureAwait(false);
            string? line = await ReadLineAsync(_process, TimeSpan.FromSeconds(limits.Wall) + Patience, cancellation).ConfigureAwait(false);
            if (line is not null && JsonSerializer.Deserialize<Verdict>(line, Json) is { } verdict)
            {
                return verdict;
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // The worker is gone or says what it must not; both count against the program that made it so.
        }
        catch (OperationCanceledException)
        {
            Stop(); // its answer is still to come, and the next program must not get it
            throw;
        }

        Stop();
        return new Verdict(Reason.Killed, "the sandbox did not answer and was started anew", 0, limits.Wall);
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <summary>The error that says why the sandbox cannot run, and what to do.</summary>
    public static DataForgeException CannotRun(string why) => DataForgeException.Usage(
        $"The sandbox cannot run here ({why}): install bubblewrap (apt-get install bubblewrap) and allow user namespaces; "
        + "--unsafe runs programs without it, which is only for programs that you trust.");

    private static async Task<string?> ReadLineAsync(Process process, TimeSpan patience, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            return await process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Stop()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }
}
