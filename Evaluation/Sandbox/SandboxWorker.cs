using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Corpus;

namespace DataForge.Evaluation.Sandbox;

/// <summary>
/// A Python process in the sandbox that judges one program after another, each in a process of its own; programs with the same tests have
/// one checker. A worker that does not answer in time is replaced.
/// </summary>
internal sealed class SandboxWorker(
    SandboxFolder folder, PythonInterpreter python, int number, bool isolated, IReadOnlyList<string> modules) : IDisposable
{
    // What a busy machine may take above a program's own limit, before the worker itself counts as stuck.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // The kernel removes namespaces some time after the programs in them; until then there can be too many.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private const int MostTries = 4;

    // What the worker says instead of being ready, before a module's name.
    private const string Missing = "missing ";

    // What the worker reads before a job: whether the checker that it has holds the tests.
    private const byte NewTests = (byte)'n', SameTests = (byte)'s';

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    private readonly BlockingThread _thread = new("sandbox worker");
    private Process? _process;
    private (string Trusted, string Tests)? _tests;

    /// <summary>Starts the worker now, so that the first program does not wait; fails where the sandbox cannot run.</summary>
    /// <exception cref="DataForgeException">The sandbox cannot run here.</exception>
    public Task StartAsync(CancellationToken cancellation) => _thread.RunAsync(() =>
    {
        Start(cancellation);
        return true;
    });

    /// <summary>Whether its checker holds the tests of a program already.</summary>
    public bool Holds(ProgramJob job) => _tests == (job.Trusted, job.Tests);

    /// <summary>Judges a program.</summary>
    /// <exception cref="DataForgeException">The sandbox fails again and again.</exception>
    public async Task<Verdict> JudgeAsync(ProgramJob job, ProgramLimits limits, CancellationToken cancellation)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new { job.Program, job.Trusted, job.Tests, job.Remote, Script = job.IsScript, Limits = limits }, Json);
        for (int tried = 1; ; tried++)
        {
            if (_process is null)
            {
                await StartAsync(cancellation).ConfigureAwait(false);
            }

            (Verdict? verdict, string? fault) = await _thread.RunAsync(() => Ask(job, body, limits, cancellation)).ConfigureAwait(false);
            if (fault is null)
            {
                return verdict ?? new Verdict(Reason.Killed, "the sandbox did not answer and was started anew", 0, limits.Wall);
            }

            if (tried == MostTries)
            {
                throw CannotRun(fault);
            }

            await Task.Delay(Pause * tried, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _thread.Dispose();
    }

    /// <summary>The error that says why the sandbox cannot run, and what to do.</summary>
    public static DataForgeException CannotRun(string why) => DataForgeException.Usage(
        $"The sandbox cannot run here ({why}): install bubblewrap (apt-get install bubblewrap) and allow user namespaces; "
        + "--unsafe runs programs without it, which is only for programs that you trust.");

    private void Start(CancellationToken cancellation)
    {
        Process process;
        try
        {
            process = Process.Start(SandboxCommand.Create(folder, python, number, isolated, modules))!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw CannotRun(e.Message);
        }

        _process = process;
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string? ready;
        var limit = new Limit(process, Patience, cancellation);
        using (limit)
        {
            ready = process.StandardOutput.ReadLine();
        }

        if (ready?.StartsWith(Missing, StringComparison.Ordinal) == true)
        {
            Stop();
            throw DataForgeException.Usage(
                $"The set's programs import a module that {python.Executable} lacks ({ready[Missing.Length..]}): install it for that "
                + "interpreter itself (packages of a virtual environment are not seen), or name another one with --python.");
        }

        if (ready != "ready" || limit.IsOver)
        {
            Stop();
            cancellation.ThrowIfCancellationRequested();
            throw CannotRun(errors.GetAwaiter().GetResult().Trim().ReplaceLineEndings(" "));
        }
    }

    // The verdict; or what failed in the sandbox before the program ran, which says nothing of the program; or neither. Without a verdict
    // the worker is stopped.
    private (Verdict? Verdict, string? Fault) Ask(ProgramJob job, byte[] body, ProgramLimits limits, CancellationToken cancellation)
    {
        var message = new byte[1 + sizeof(int) + body.Length];
        message[0] = Holds(job) ? SameTests : NewTests;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(1), body.Length);
        body.CopyTo(message, 1 + sizeof(int));
        _tests = (job.Trusted, job.Tests);
        (Verdict? Verdict, string? Fault) answer = default;
        var limit = new Limit(_process!, TimeSpan.FromSeconds(limits.Wall) + Patience, cancellation);
        try
        {
            using (limit)
            {
                Stream input = _process!.StandardInput.BaseStream;
                input.Write(message);
                input.Flush();
                answer = Understand(_process.StandardOutput.ReadLine());
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // The worker is gone or says what it must not; both count against the program that made it so.
        }

        if (answer.Verdict is null || limit.IsOver)
        {
            Stop();
        }

        cancellation.ThrowIfCancellationRequested();
        return answer;
    }

    private static (Verdict? Verdict, string? Fault) Understand(string? line)
    {
        if (line is null)
        {
            return default;
        }

        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(line);
        return answer.TryGetProperty("fault", out JsonElement fault)
            ? (null, fault.GetString())
            : (answer.Deserialize<Verdict>(Json), null);
    }

    private void Stop()
    {
        if (_process is null)
        {
            return;
        }

        EndTree(_process);
        _process.WaitForExit();
        _process.Dispose();
        (_process, _tests) = (null, null);
    }

    private static void EndTree(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException)
        {
            // It has ended by itself, or a part of it has meanwhile.
        }
    }

    /// <summary>Ends a process when its time is over or nobody waits any more; a read from it ends then too.</summary>
    private sealed class Limit : IDisposable
    {
        private readonly CancellationTokenSource _over;
        private readonly CancellationTokenRegistration _registration;

        /// <summary>Begins to count the time.</summary>
        public Limit(Process process, TimeSpan time, CancellationToken cancellation)
        {
            _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _registration = _over.Token.Register(() => EndTree(process));
            _over.CancelAfter(time);
        }

        /// <summary>Whether the process was ended.</summary>
        public bool IsOver => _over.IsCancellationRequested;

        /// <inheritdoc/>
        public void Dispose()
        {
            _registration.Dispose();
            _over.Dispose();
        }
    }
}
