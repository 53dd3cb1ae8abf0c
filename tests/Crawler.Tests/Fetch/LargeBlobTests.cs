using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Forge.Repositories;
using DataForge.Testing;

namespace DataForge.Crawler.Tests.Fetch;

/// <summary>
/// A blob of 1 GiB, by git's own packs and by packs made by hand, from servers that know filters and from one that does not: its bytes in
/// full are asked for with <c>DATAFORGE_TEST_FORGE_LARGE_BLOB=1073741824</c>.
/// </summary>
public class LargeBlobTests(LargeBlobTests.Blobs blobs) : IClassFixture<LargeBlobTests.Blobs>
{
    private const string Variable = "DATAFORGE_TEST_FORGE_LARGE_BLOB";
    private const long Megabyte = 1 << 20;
    private const long Received = 64 * Megabyte;

    private static long Size =>
        long.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            ? size
            : 0;

    /// <param name="noise">Whether the blob's bytes are random: its pack is as large as it is. Else they are zeros.</param>
    /// <param name="knowsFilters">Whether the server knows partial fetches.</param>
    /// <param name="name">The blob's name: one that is asked for, or one that need not be.</param>
    /// <param name="outcome">The rows beside the good repository's.</param>
    [Theory]
    [InlineData(true, true, "big.py", "a.py, big.py !size")]
    [InlineData(true, true, "big.bin", "a.py")]
    [InlineData(true, false, "big.py", ". !limit")]
    [InlineData(true, false, "big.bin", ". !limit")]
    [InlineData(false, true, "big.py", "a.py, big.py !size")]
    [InlineData(false, false, "big.py", "a.py, big.py !size")]
    public async Task Crawl_largeBlobOfGit_isANamedReasonWithinBounds(bool noise, bool knowsFilters, string name, string outcome) =>
        await CrawlAsync(noise, knowsFilters, name, outcome, Received);

    /// <summary>All of it may come: as much as the limit is by default, and then a little more.</summary>
    [Theory]
    [InlineData(true, "a.py, big.py !size")]
    [InlineData(false, ". !limit")]
    public async Task Crawl_largeBlobAndTheDefaultLimit_isANamedReasonWithinBounds(bool knowsFilters, string outcome) =>
        await CrawlAsync(noise: true, knowsFilters, "big.py", outcome, new CrawlOptions().FetchMaxBytes);

    private async Task CrawlAsync(bool noise, bool knowsFilters, string name, string outcome, long limit)
    {
        Assert.SkipWhen(Size == 0, $"takes minutes and gigabytes: {Variable}=1073741824");
        using var folder = new TemporaryFolder();
        await using var forge = new TestForge(folder);
        var repository = new RawRepository(folder["forge", "large.git"]);
        string id = blobs.Lend(repository.Path, noise);
        repository.HeadOfTree((RawRepository.File, "a.py", repository.Blob("a = 1\n")), (RawRepository.File, name, id));
        ForgeRepository large = forge.Add("large", repository.Path);
        large.LacksFilters = !knowsFilters;
        await forge.AddAsync("good", ("b.py", "b = 1\n"));
        await forge.StartAsync();

        TestCrawl crawl = forge.Crawl(folder["w"]);
        crawl.Options.FetchMaxBytes = limit;
        Peak peak = await MeasuredAsync(folder, () => crawl.RunAsync("r", TestForge.Source));
        long sent = forge.Server.Traffic[large.Id].BytesSent;
        Check(
            $"git, {(noise ? "noise" : "zeros")}, {(knowsFilters ? "filters" : "no filters")}, {name}, limit {limit / Megabyte} MB",
            outcome, crawl, peak, sent);

        // What was on its way when the limit was passed is counted by the server too.
        Assert.InRange(sent, 0, limit + (16 * Megabyte));
        Assert.Contains("owner/good: b.py", crawl.Paths());
    }

    /// <param name="kind">How the pack comes to its 1 GiB.</param>
    /// <param name="outcome">The rows.</param>
    [Theory]
    [InlineData("blob", "a.py, big.py !size")]
    [InlineData("delta", ". !limit")]
    [InlineData("tree", ". !*")]
    [InlineData("commit", ". !*")]
    public async Task Crawl_smallPackThatExpands_isANamedReasonWithinBounds(string kind, string outcome)
    {
        Assert.SkipWhen(Size == 0, $"takes minutes and gigabytes: {Variable}=1073741824");
        using var folder = new TemporaryFolder();
        using var forge = new FakeForge();
        byte[] blob = "a = 1\n"u8.ToArray();
        byte[] seed = new byte[65536];
        string large = kind == "delta" ? IdOfZeros("blob", Size / seed.Length * seed.Length) : IdOfZeros("blob", Size);
        byte[] tree = RawRepository.TreeContent(
            (RawRepository.File, "a.py"u8.ToArray(), RawRepository.Id("blob", blob)), (RawRepository.File, "big.py"u8.ToArray(), large));
        byte[] commit = RawRepository.CommitContent(RawRepository.Id("tree", tree));
        var pack = new PackBuilder();
        if (kind == "commit")
        {
            pack.AddZeros(PackBuilder.Commit, Size);
        }
        else
        {
            pack.Add(PackBuilder.Commit, commit).Add(PackBuilder.Tree, tree).Add(PackBuilder.Blob, blob);
            pack = kind switch
            {
                "blob" => pack.AddZeros(PackBuilder.Blob, Size),
                "tree" => pack.AddZeros(PackBuilder.Tree, Size),
                _ => pack.Add(PackBuilder.Blob, seed).AddDelta(
                    RawRepository.Id("blob", seed), PackBuilder.CopyDelta(seed.Length, (int)(Size / seed.Length))),
            };
        }

        byte[] bytes = pack.Build();
        Assert.InRange(bytes.Length, 1, 4 * Megabyte);
        forge.SetPack("large", bytes);
        var options = new JsonSerializerOptions(CanonicalJson.Options) { WriteIndented = false };
        File.WriteAllText(folder["list.jsonl"], JsonSerializer.Serialize(
            new RepositoryFacts { Id = 1, Name = "o/large", Source = "github", Commit = kind == "commit" ? IdOfZeros("commit", Size) : RawRepository.Id("commit", commit) }, options));
        var crawl = new TestCrawl(folder["w"]);
        crawl.Options.GitHubBaseAddress = forge.Address.ToString();
        crawl.Options.FetchMaxBytes = Received;
        Peak peak = await MeasuredAsync(folder, () => crawl.RunAsync("r", "pinned:" + folder["list.jsonl"]));
        Check($"by hand, {kind}", outcome, crawl, peak, bytes.Length);
    }

    private static void Check(string what, string outcome, TestCrawl crawl, Peak peak, long sent)
    {
        string rows = string.Join(", ", crawl.Rows().Where(row => row.Repository.Name.EndsWith("/large", StringComparison.Ordinal))
            .Select(row => row.Path + (row.Fault is null ? "" : $" !{row.Fault}")));
        TestContext.Current.SendDiagnosticMessage(
            $"{what}: {rows}; {sent / Megabyte} MB sent, managed memory {peak.Managed / Megabyte} MB, git's {peak.Git / Megabyte} MB, disk {peak.Disk / Megabyte} MB, {peak.Seconds:F0} s");
        Assert.True(
            outcome == ". !*"
                ? rows.StartsWith(". !", StringComparison.Ordinal) && !rows.Contains(',', StringComparison.Ordinal)
                : rows == outcome,
            $"{what}: {rows}");
        Assert.InRange(peak.Managed, 0, 128 * Megabyte);
        Assert.InRange(peak.Git, 0, 1100 * Megabyte);
        Assert.InRange(peak.Disk, 0, crawl.Options.FetchMaxBytes + (80 * Megabyte));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(crawl.Workspace.Folder, "mirrors")));
    }

    private static string Shell(string folder, string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["GIT_DIR"] = folder;
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static string IdOfZeros(string type, long size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{type} {size}\0")));
        byte[] zeros = new byte[1 << 16];
        for (long left = size; left > 0; left -= zeros.Length)
        {
            hash.AppendData(zeros.AsSpan(0, (int)Math.Min(left, zeros.Length)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task<Peak> MeasuredAsync(TemporaryFolder folder, Func<Task> crawl)
    {
        GC.Collect();
        using var stop = new CancellationTokenSource();
        Task<Peak> watch = Task.Run(() => WatchAsync(folder["w"], stop.Token));
        long start = Stopwatch.GetTimestamp();
        await crawl();
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        await stop.CancelAsync();
        return await watch with { Seconds = time.TotalSeconds };
    }

    private static async Task<Peak> WatchAsync(string workspace, CancellationToken stop)
    {
        var peak = new Peak(0, 0, 0, 0);
        while (!stop.IsCancellationRequested)
        {
            peak = new Peak(
                Math.Max(peak.Managed, GC.GetTotalMemory(forceFullCollection: false)), Math.Max(peak.Git, IndexPackMemory()), Math.Max(peak.Disk, SizeOf(workspace)), 0);
            await Task.Delay(50, CancellationToken.None);
        }

        return peak;
    }

    // The largest resident size that an index-pack of this process ever had.
    private static long IndexPackMemory()
    {
        long most = 0;
        foreach (Process git in Process.GetProcessesByName("git"))
        {
            using (git)
            {
                try
                {
                    string line = File.ReadAllText($"/proc/{git.Id}/cmdline");
                    most = line.Contains("index-pack", StringComparison.Ordinal) ? Math.Max(most, git.PeakWorkingSet64) : most;
                }
                catch (Exception e) when (e is IOException or InvalidOperationException)
                {
                    // It ended meanwhile.
                }
            }
        }

        return most;
    }

    private static long SizeOf(string folder)
    {
        try
        {
            return Directory.Exists(folder)
                ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0)
                : 0;
        }
        catch (IOException)
        {
            // Files come and go while they are counted.
            return 0;
        }
    }

    /// <summary>The two blobs, each in a pack that git wrote, made when they are asked for; the test's own process holds nothing of them.</summary>
    public sealed class Blobs : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly string?[] _ids = new string?[2];

        /// <summary>Lets a repository see the blob among its own objects, and returns its id.</summary>
        public string Lend(string repository, bool noise)
        {
            int which = noise ? 1 : 0;
            string store = _folder[$"store-{which}.git"];
            if (_ids[which] is null)
            {
                _ = new RawRepository(store);
                string source = noise ? "openssl enc -aes-128-ctr -pass pass:seed -nosalt < /dev/zero 2> /dev/null" : "cat /dev/zero";
                string size = Size.ToString(CultureInfo.InvariantCulture);
                _ids[which] = Shell(
                    store, $"{source} | head -c {size} > blob; git -c core.bigFileThreshold=16m -c pack.compression={1 - which} -c core.compression={1 - which} hash-object -w --no-filters blob; rm blob").Trim();
                Assert.NotEmpty(Directory.GetFiles(Path.Combine(store, "objects", "pack"), "*.pack"));
            }

            File.WriteAllText(Path.Combine(repository, "objects", "info", "alternates"), Path.Combine(store, "objects") + "\n");
            return _ids[which]!;
        }

        public void Dispose() => _folder.Dispose();
    }

    private sealed record Peak(long Managed, long Git, long Disk, double Seconds);
}
