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
    private readonly Process _server;
    private int _databases;

    private PostgresServer(TemporaryFolder folder, Process server) => (_folder, _server) = (folder, server);

    /// <summary>Starts a server.</summary>
    /// <param name="isDurable">Whether its commits wait for the disk; tests need not.</param>
    /// <returns>Null where PostgreSQL is not installed.</returns>
    public static PostgresServer? TryStart(bool isDurable = false)
    {
        if (Find("postgres") is not { } postgres || Find("initdb") is not { } initdb || (IsRoot && (Find("setpriv") is null || Owner() is null)))
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
        (program, prefix) = AsUser(postgres);
        string durable = isDurable ? "on" : "off";
        var start = new ProcessStartInfo(
            program,
            [
                .. prefix, "-D", folder["data"], "-k", folder["socket"], "-c", "listen_addresses=", "-c", $"fsync={durable}", "-c",
                $"full_page_writes={durable}",
            ])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = folder.Path,
        };
        Process server = Process.Start(start)!;
        server.ErrorDataReceived += static (_, _) => { };
        server.OutputDataReceived += static (_, _) => { };
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        var started = new PostgresServer(folder, server);
        started.WaitUntilReady();
        return started;
    }

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
        // SIGINT: disconnects everybody and ends at once.
        Run("kill", "-INT", _server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (!_server.WaitForExit(20_000))
        {
            _server.Kill(entireProcessTree: true);
            _server.WaitForExit();
        }

        _server.Dispose();
        _folder.Dispose();
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
