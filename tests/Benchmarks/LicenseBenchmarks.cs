using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Text;
using DataForge.Testing;

namespace DataForge.Benchmarks;

/// <summary>
/// How many licence texts and headers are read in a second on one core, by processor time: the texts of SPDX's list, the licences of
/// Debian's machine-readable copyright files, and the headers of Python files that mention rights, each different one once. No result is
/// cached.
/// <c>licenses [FOLDER…] [--rounds 5]</c>; without folders it is what python3 imports from. The best round counts.
/// </summary>
internal static class LicenseBenchmarks
{
    private const string CopyrightFiles = "/usr/share/doc";

    /// <summary>Runs it; prints one line a set of texts, and one for all.</summary>
    public static void Run(string[] args)
    {
        int rounds = 5;
        List<string> folders = [];
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--rounds" && i + 1 < args.Length)
            {
                rounds = int.Parse(args[++i], CultureInfo.InvariantCulture);
            }
            else
            {
                folders.Add(args[i]);
            }
        }

        var detector = new LicenseDetector();
        var texts = new (string Name, List<byte[]> Texts, Action<byte[]> Read)[]
        {
            ("texts of SPDX's list", [.. LicenseTemplates.ReadTexts().Select(entry => entry.Text)], text => detector.OfLicenseFile(text)),
            ("licences of Debian's copyright files", Copyrights(), text => detector.OfLicenseFile(text)),
            ("headers of Python files", Headers(folders), text => detector.OfHeader(text)),
        };
        var best = new double[texts.Length];
        Array.Fill(best, double.MaxValue);
        for (int round = 0; round <= rounds; round++)
        {
            for (int set = 0; set < texts.Length; set++)
            {
                TimeSpan before = ProcessorTime();
                texts[set].Texts.ForEach(texts[set].Read);

                // The first round compiles.
                best[set] = round == 0 ? best[set] : Math.Min(best[set], (ProcessorTime() - before).TotalSeconds);
            }
        }

        for (int set = 0; set < texts.Length; set++)
        {
            Print(texts[set].Name, texts[set].Texts, best[set]);
        }

        Print("all", [.. texts.SelectMany(set => set.Texts)], best.Sum());
    }

    private static void Print(string name, List<byte[]> texts, double seconds)
    {
        long bytes = texts.Sum(text => (long)text.Length);
        Console.WriteLine(
            $"{name}: {texts.Count / seconds:F0} a second ({bytes / 1e6 / seconds:F1} MB/s); "
            + $"{texts.Count:N0} texts of {bytes / Math.Max(1, texts.Count):N0} bytes on average");
    }

    private static TimeSpan ProcessorTime()
    {
        using Process process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static List<byte[]> Copyrights() =>
        Directory.Exists(CopyrightFiles)
            ? Distinct(
                Directory.EnumerateFiles(CopyrightFiles, "copyright", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                    .SelectMany(file => Licenses(File.ReadAllText(file))))
            : [];

    // The texts below "License:" (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/), up to the next field.
    private static IEnumerable<byte[]> Licenses(string file)
    {
        foreach (string stanza in file.StartsWith("Format:", StringComparison.Ordinal) ? file.Split("\n\n") : [])
        {
            string[] lines = [.. stanza.Split('\n').SkipWhile(line => !line.StartsWith("License:", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.StartsWith(' '))];
            if (lines.Length > 0)
            {
                yield return Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(line => line.Trim() == "." ? "" : line)));
            }
        }
    }

    private static List<byte[]> Headers(List<string> folders)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        IEnumerable<string> files = folders.Count == 0
            ? RealPython.Files()
            : folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.py", options).Order(StringComparer.Ordinal));
        return Distinct(
            files.Select(file => LicenseHeader.Of(File.ReadAllBytes(file)).ToArray()).Where(header => LicenseDetector.MentionsRights(header)));
    }

    private static List<byte[]> Distinct(IEnumerable<byte[]> texts) =>
        [.. texts.DistinctBy(text => Convert.ToHexString(SHA256.HashData(text)))];
}
