using System.ComponentModel;
using System.Diagnostics;

namespace DataForge.Testing;

/// <summary>
/// A PostgreSQL server of its own in a temporary folder, reachable through a Unix socket alone. PostgreSQL refuses to run as root, so
/// root runs it as the user <c>postgres</c> or <c>nobody</c>.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private const string User = "dataforge";
    private static readonly string[] Folders = ["/usr/local/bin", "/usr/bin", .. Installed("/usr/lib/postgresql"), "/opt/homebrew/bin"];

    private readonly TemporaryFolder _folder;
    private readonly string[] _settings;
    private Process _server;
    private int _databases;

    private PostgresServer(TemporaryFolder folder, string[] settings) => (_folder, _settings, _server) = (folder, settings, Start(folder, settings));

    /// <summary>The folder of its socket.</summary>
    public string Socket => _folder["socket"];

    /// <summary>The server's process.</summary>
    public int ProcessId => _server.Id;

    /// <summary>Starts a server.</summary>
    /// <param name="isDurable">Whether its commits wait for the disk; tests need not.</param>
    /// <param name="settings">Settings as <c>name=value</c>; those of PostgreSQL itself otherwise.</param>
    /// <returns>Null where PostgreSQL is not installed.</returns>
    public static PostgresServer? TryStart(bool isDurable = false, params string[] settings)
    {
        if (Find("postgres") is null || Find("initdb") is not { } initdb || (IsRoot && (Find("setpriv") is null || Owner() is null)))
        {
            return null;
        }

        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        Directory.CreateDirectory(folder["socket"]);
        if (IsRoot)
        {
            Run("chown", "-R", Owner()!, folder.Path);
        }

        (string program, string[] prefix) = AsUser(initdb);
        Run(program, [.. prefix, "-D", folder["data"], "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        string durable = isDurable ? "on" : "off";
        var server = new PostgresServer(folder, [$"fsync={durable}", $"full_page_writes={durable}", .. settings]);
        server.WaitUntilReady();
        return server;
    }

    /// <summary>Ends the server, and all connections with it, and starts it again at the same address.</summary>
    /// <param name="isCrash">Whether it ends without a word, and recovers from its log; otherwise as an administrator restarts it.</param>
    /// <param name="pause">How long it is away.</param>
    public void Restart(bool isCrash = false, TimeSpan pause = default)
    {
        Stop(isCrash ? "-QUIT" : "-INT");
        _server.Dispose();
        Thread.Sleep(pause);
        _server = Start(_folder, _settings);
        WaitUntilReady();
    }

    /// <summary>Ends the server for good; its folder stays until it is disposed.</summary>
    public void Stop() => Stop("-INT");

    /// <summary>Makes an empty database. Returns its address, as the option <c>catalog</c> takes it.</summary>
    public string CreateDatabase()
    {
        string name = $"catalog{Interlocked.Increment(ref _databases)}";
        Sql("postgres", $"CREATE DATABASE {name}");
        return $"postgres://{User}@/{name}?host={folder()}";

        string folder() => Uri.EscapeDataString(_folder["socket"]);
    }

    /// <summary>What a statement prints, by <c>psql</c>.</summary>
    public string Sql(string database, string statement)
    {
        (string program, string[] prefix) = AsUser(Find("psql") ?? throw new InvalidOperationException("psql is missing"));
        return Run(program, [.. prefix, "-h", _folder["socket"], "-U", User, "-d", database, "-tA", "-c", statement]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _server.Dispose();
        _folder.Dispose();
    }

    private static Process Start(TemporaryFolder folder, string[] settings)
    {
        (string program, string[] prefix) = AsUser(Find("postgres")!);
        var start = new ProcessStartInfo(
            program,
            [
                .. prefix, "-D", folder["data"], "-k", folder["socket"], "-c", "listen_addresses=",
                .. settings.SelectMany(setting => new[] { "-c", setting }),
            ])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = folder.Path,
        };
        Process server = Process.Start(start)!;
        server.ErrorDataReceived += static (_, _) => { };
        server.OutputDataReceived += static (_, _) => { };
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        return server;
    }

    // SIGINT: disconnects everybody and ends at once. SIGQUIT: ends as if it crashed.
    private void Stop(string signal)
    {
        if (_server.HasExited)
        {
            return;
        }

        Run("kill", signal, _server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (!_server.WaitForExit(20_000))
        {
            _server.Kill(entireProcessTree: true);
            _server.WaitForExit();
        }
    }

    private void WaitUntilReady()
    {
        for (int i = 0; !File.Exists(_folder["socket", ".s.PGSQL.5432"]) || !Answers(); i++)
        {
            if (i == 300 || _server.HasExited)
            {
                throw new InvalidOperationException("the PostgreSQL server did not start");
            }

            Thread.Sleep(50);
        }
    }

    private bool Answers()
    {
        try
        {
            return Sql("postgres", "SELECT 1").Trim() == "1";
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static string? Owner()
    {
        string users = File.ReadAllText("/etc/passwd");
        return new[] { "postgres", "nobody" }.FirstOrDefault(user => users.Contains($"\n{user}:", StringComparison.Ordinal));
    }

    private static (string Program, string[] Arguments) AsUser(string program) =>
        IsRoot ? (Find("setpriv")!, [$"--reuid={Owner()}", "--clear-groups", program]) : (program, []);

    private static string? Find(string program) => Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Installed(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateDirectories(folder).OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
        : [];

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {errors.Result}");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program}: {e.Message}", e);
        }
    }
}
