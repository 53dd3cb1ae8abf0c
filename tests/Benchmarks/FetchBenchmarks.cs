using System.Diagnostics;
using System.Globalization;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Crawler;
using DataForge.Forge;
using DataForge.Forge.Content;
using DataForge.Forge.Git;
using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// What fetching costs, over a forge on loopback. <c>fetch-bytes FOLDER…</c>: bytes received for each bare repository (a FOLDER, or those
/// within it), by <c>git clone --depth 1</c> and by a crawl, and the cost of a fork. <c>fetch [--count 200] [--content FOLDER…]</c>:
/// repositories a second of a crawl and of the git command line doing the same partial fetch in 8 jobs, turn by turn.
/// </summary>
public static class FetchBenchmarks
{
    private const string Query = "github:language:python stars:>=10 fork:true";
    private const int Rounds = 2;

    // The git command line as a careful user would drive it: trees first, then the wanted blobs in one request, no maintenance.
    private const string Script = """
        set -e
        d="$OUT/$(basename "$1" .git)-$(basename "$(dirname "$1")").git"
        git init -q --bare --template= "$d"
        cd "$d"
        git config remote.origin.url "$1"
        git config remote.origin.promisor true
        git config remote.origin.partialclonefilter blob:none
        git fetch -q --depth 1 --filter=blob:none --no-tags origin HEAD
        git ls-tree -r FETCH_HEAD | awk -F'\t' '{ n = $2; sub(/.*\//, "", n); u = toupper(n); split($1, f, " ")
          if (n ~ /\.py$/ || u ~ /^(LICENSE|LICENCE|COPYING|NOTICE|UNLICENSE|README)/ || n == "setup.cfg" || n == "pyproject.toml" || n == "PKG-INFO" || n == "METADATA")
            if (f[2] == "blob") print f[3] }' | sort -u > wanted
        git -c fetch.negotiationAlgorithm=noop fetch -q --no-tags --no-write-fetch-head --filter=blob:none --stdin origin < wanted
        """;

    /// <summary>Bytes.</summary>
    public static int Bytes(string[] args)
    {
        string[] folders = [.. args.SelectMany(Bare).Order(StringComparer.Ordinal)];
        if (folders.Length == 0)
        {
            Console.Error.WriteLine("dataforge: fetch-bytes takes folders of bare repositories.");
            return 2;
        }

        using var temporary = new TemporaryFolder();
        var catalog = new ForgeCatalog();
        for (int i = 0; i < folders.Length; i++)
        {
            Add(catalog, 1000 + i, folders[i]);
        }

        ForgeRepository origin = catalog.All[0];
        string copy = temporary["fork.git"];
        Git(temporary.Path, "clone", "-q", "--bare", origin.GitFolder!, copy);
        string branch = Git(copy, "symbolic-ref", "--short", "HEAD").Trim();
        BareRepository.CommitAsync(copy, [new ForgeFile("fork.py", "forked = True\n"u8.ToArray()), new ForgeFile("README.md", "# A fork\n"u8.ToArray())], 1_700_000_000, branch)
            .GetAwaiter().GetResult();
        ForgeRepository fork = Add(catalog, 5000, copy);
        fork.Parent = origin;
        using var forge = new HeldForge(catalog);
        Console.WriteLine($"{"repository",-40} {"clone --depth 1",16} {"crawl",12} {"share",7}");
        foreach (ForgeRepository repository in catalog.All)
        {
            Git(temporary.Path, "clone", "-q", "--no-checkout", "--depth", "1", $"{forge.Server.Address}{repository.FullName}.git", temporary["clone", repository.Name]);
        }

        Dictionary<long, long> cloned = catalog.All.ToDictionary(it => it.Id, it => forge.Server.Traffic[it.Id].BytesSent);
        forge.Server.Traffic.Clear();
        Crawl(temporary["w"], forge.Server.Address, catalog.All.Count);
        long clones = 0;
        long crawls = 0;
        foreach (ForgeRepository repository in catalog.All.Where(it => it != fork))
        {
            long ours = forge.Server.Traffic[repository.Id].BytesSent;
            Print(repository.Name, cloned[repository.Id], ours);
            (clones, crawls) = (clones + cloned[repository.Id], crawls + ours);
        }

        Print($"all {folders.Length}", clones, crawls);
        Console.WriteLine();
        Print("a fork of the first, beside it", forge.Server.Traffic[origin.Id].BytesSent, forge.Server.Traffic[fork.Id].BytesSent);
        return 0;
    }

    /// <summary>Speed.</summary>
    public static int Speed(string[] args)
    {
        int count = 200;
        List<string> content = [];
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--count")
            {
                count = int.Parse(args[++i], CultureInfo.InvariantCulture);
            }
            else if (args[i] != "--content")
            {
                content.Add(args[i]);
            }
        }

        using var temporary = new TemporaryFolder();
        var catalog = new ForgeCatalog();
        RepositoryGenerator.AddTo(catalog, new GeneratorOptions { Count = count });
        string[] sources = content.Count > 0 ? [.. content] : [.. RealPython.Folders];
        int filled = ContentLibrary.FillAsync(catalog, sources, count, temporary["forge"]).GetAwaiter().GetResult().Count;
        using var forge = new HeldForge(catalog);
        for (int round = 1; round <= Rounds; round++)
        {
            double before = ProcessorSeconds();
            double command = CommandLine(temporary, forge.Server.Address, catalog, round);
            double commandWork = ProcessorSeconds() - before;
            Report(round, "git, 8 jobs", filled, command, commandWork, forge.Server);
            before = ProcessorSeconds();
            double ours = Crawl(temporary["w" + round], forge.Server.Address, filled);
            double work = ProcessorSeconds() - before;
            Report(round, "crawl", filled, ours, work, forge.Server);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: the crawl is {command / ours:0.00} times as fast as git, and {commandWork / work:0.00} times in processor time"));
        }

        return 0;
    }

    private static void Report(int round, string what, int count, double seconds, double work, ForgeServer server)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"round {round}: {what,-12} {count} repositories in {seconds:0.0} s, {count / seconds:0.0} a second, {work:0.0} s of processor, the forge's share in it; {server.Traffic.Total.Requests} requests, {server.Traffic.Total.BytesSent:N0} bytes"));
        server.Traffic.Clear();
    }

    // This process, the forge within it, and all processes that have ended under it: fields 14 to 17 of proc(5), in hundredths of a second.
    private static double ProcessorSeconds()
    {
        string text = File.ReadAllText("/proc/self/stat");
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / 100.0;
    }

    private static double CommandLine(TemporaryFolder temporary, Uri address, ForgeCatalog catalog, int round)
    {
        string output = temporary["cli" + round];
        Directory.CreateDirectory(output);
        string script = temporary["fetch.sh"];
        File.WriteAllText(script, Script);
        File.WriteAllLines(temporary["list"], catalog.All.Where(it => it.GitFolder is not null).Select(it => $"{address}{it.FullName}.git"));
        long start = Stopwatch.GetTimestamp();
        var info = new ProcessStartInfo("bash", ["-c", $"xargs -P 8 -n 1 bash '{script}' < '{temporary["list"]}'"]);
        info.Environment["OUT"] = output;
        Quiet(info);
        using Process process = Process.Start(info)!;
        process.WaitForExit();
        return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(start).TotalSeconds : throw new InvalidOperationException("the git command line failed");
    }

    private static double Crawl(string workspace, Uri address, int count)
    {
        var options = new CrawlOptions { GitHubBaseAddress = address.ToString(), Sources = [Query] };
        Run run = Run.Open(Workspace.Open(workspace), "r");
        using var log = new EventLog(null, TimeProvider.System);
        long start = Stopwatch.GetTimestamp();
        new CrawlStage(options).RunAsync(new StageContext(run, log, Environment.ProcessorCount, TimeProvider.System), CancellationToken.None)
            .GetAwaiter().GetResult();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int read = run.ReadInput().Repositories.Count;
        return read == count ? seconds : throw new InvalidOperationException($"the crawl read {read} repositories of {count}");
    }

    private static ForgeRepository Add(ForgeCatalog catalog, long id, string folder)
    {
        string name = Path.GetFileName(folder.TrimEnd('/')) is "repo" or "repo.git" ? Path.GetFileName(Path.GetDirectoryName(folder.TrimEnd('/')))! : Path.GetFileName(folder);
        var repository = new ForgeRepository
        {
            Id = id, Owner = new ForgeOwner(1, "o"), Name = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')),
            GitFolder = Path.GetFullPath(folder), CreatedAt = id, PushedAt = 1_600_000_000 + id, UpdatedAt = 1_600_000_000 + id, Stars = 100, Size = 1,
            DefaultBranch = Git(folder, "symbolic-ref", "--short", "HEAD").Trim(),
        };
        catalog.Add(repository);
        return repository;
    }

    private static IEnumerable<string> Bare(string folder)
    {
        if (File.Exists(Path.Combine(folder, "HEAD")))
        {
            return [folder];
        }

        return Directory.EnumerateDirectories(folder).SelectMany(below => (string[])[below, Path.Combine(below, "repo")])
            .Where(below => File.Exists(Path.Combine(below, "HEAD")));
    }

    private static void Print(string name, long clone, long ours) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{name,-40} {clone,16:N0} {ours,12:N0} {100.0 * ours / clone,6:0.0}%"));

    private static string Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments]) { RedirectStandardOutput = true };
        Quiet(start);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"git {arguments[0]} failed");
    }

    private static void Quiet(ProcessStartInfo start)
    {
        (string, string)[] settings = [("safe.directory", "*"), ("gc.auto", "0"), ("maintenance.auto", "false"), ("core.fsmonitor", "false")];
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_COUNT"] = settings.Length.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < settings.Length; i++)
        {
            start.Environment[$"GIT_CONFIG_KEY_{i}"] = settings[i].Item1;
            start.Environment[$"GIT_CONFIG_VALUE_{i}"] = settings[i].Item2;
        }
    }

    private sealed class HeldForge(ForgeCatalog catalog) : IDisposable
    {
        public ForgeServer Server { get; } = ForgeServer.StartAsync(catalog, new ForgeOptions { Limits = LimitSizes.None }).GetAwaiter().GetResult();

        public void Dispose() => Server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
