using System.Text;
using DataForge.Cleaner.Rules.All;
using DataForge.Corpus;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Steps;

public class CleanStageTests
{
    private static readonly CleanOptions Defaults = new();

    [Fact]
    public void Run_contentUnderTwoNames_passesUnderOneAndIsDroppedUnderOther()
    {
        using var raw = new RawWorkspace();
        string text = Sample.Python(1);
        raw.AddPart((Sample.Repository(1), [RawWorkspace.File("LICENSE", Sample.Mit), RawWorkspace.File("a.py", text), RawWorkspace.File("setup.py", text)]));
        Run run = raw.Pin("r");
        RawWorkspace.Clean(run, Defaults);
        (CorpusFile file, string shipped) = Assert.Single(RawWorkspace.ReadClean(run));
        Assert.Equal(("a.py", 1, "MIT", LicenseClass.Permissive), (file.Path, file.Copies, file.License, file.LicenseClass));
        Assert.Equal($"LICENSE@{BlobId.Of(Encoding.UTF8.GetBytes(Sample.Mit))}", file.LicenseEvidence);
        Assert.Equal(["Copyright (c) 2020 Ada Lovelace"], file.Copyright);
        Assert.Equal(text, shipped);
        DroppedFile left = Assert.Single(RawWorkspace.ReadDropped(run));
        Assert.Equal((DropLevel.Occurrence, "name", "setup.py"), (left.Level, left.Rule, left.Value));
        SortedDictionary<string, long> totals = run.Manifest.Totals("clean");
        Assert.Equal((2, 1, 1), (totals["occurrences.in"], totals["occurrences.out"], totals["dropped.name"]));
    }

    [Fact]
    public void Run_shinglesWanted_preparesThoseOfTheTextsThatShip()
    {
        using var raw = new RawWorkspace();
        raw.AddPart((Sample.Repository(1, forge: "MIT"),
        [
            RawWorkspace.File("plain.py", Sample.Python(1)),
            RawWorkspace.File("header.py", "# Copyright 2020 Ada Lovelace\n# SPDX-License-Identifier: MIT\n\n" + Sample.Python(2)),
            RawWorkspace.File("address.py", Sample.Python(3) + "\nMAIL = f\"{ada} ada.lovelace@analytical-engine.org\"  # ada.lovelace@analytical-engine.org\n"),
            RawWorkspace.File("python2.py", Sample.Python(4).Replace("return total + 1", "print total")),
            RawWorkspace.File("wrong.py", Sample.Python(5).Replace("return total + 1", "return total +")),
        ]));
        var options = new CleanOptions { Rules = { [SyntaxRule.MustParse] = false } };
        Run run = raw.Pin("r");
        var settings = new ShingleSettings(5, ShingleKind.Code, TokenClasses.All, 1);
        RawWorkspace.Clean(run, options, shingles: settings);
        List<(CorpusFile File, string Text)> rows = RawWorkspace.ReadClean(run);
        Assert.Equal(5, rows.Count);
        Assert.Contains(rows, row => row.File.Path == "address.py" && row.File.ContentId != row.File.BlobId);
        using PreparedShingles prepared = PreparedShingles.Open(run, 0, settings, rows.Count)!;
        var shingler = new Shingler(settings);
        for (int row = 0; row < rows.Count; row++)
        {
            Assert.True(prepared.TryRead(row, rows[row].File.ContentId, out ReadOnlySpan<ulong> set));
            shingler.Process(Encoding.UTF8.GetBytes(rows[row].Text));
            Assert.Equal(shingler.Set, set);
        }

        Assert.True(prepared.AreWhole);
        Run without = raw.Pin("without");
        RawWorkspace.Clean(without, options);
        Assert.False(Directory.Exists(without.PathOf(RunPaths.Shingles)));
    }

    [Fact]
    public void Run_conflictingLicenses_followsOption()
    {
        using var raw = new RawWorkspace();
        string text = Sample.Python(1);
        raw.AddPart(
            (Sample.Repository(1, forge: "MIT"), [RawWorkspace.File("a.py", text)]),
            (Sample.Repository(2, forge: "GPL-3.0-only"), [RawWorkspace.File("b.py", text)]),
            (Sample.Repository(3), [RawWorkspace.File("c.py", text)]));
        foreach ((LicenseConflict option, int kept) in new[] { (LicenseConflict.Drop, 0), (LicenseConflict.DropIfClassDiffers, 0), (LicenseConflict.Keep, 1) })
        {
            Run run = raw.Pin(option.ToString());
            RawWorkspace.Clean(run, new CleanOptions { LicenseConflict = option });
            Assert.Equal(kept, RawWorkspace.ReadClean(run).Count);
            List<DroppedFile> dropped = RawWorkspace.ReadDropped(run);
            Assert.Equal(2, dropped.Count(row => row is { Level: DropLevel.Occurrence, Rule: "license" }));
            Assert.Equal(1 - kept, dropped.Count(row => row is { Level: DropLevel.Content, Rule: "license_conflict", Copies: 1, Value: "GPL-3.0-only / MIT" or "permissive / strong-copyleft" }));
            AssertBooksBalance(run, 3);
        }
    }

    [Fact]
    public void Run_badContent_isDroppedByRule()
    {
        using var raw = new RawWorkspace();
        raw.AddPart((Sample.Repository(1, forge: "MIT"),
        [
            ("binary.py", [0x23, 0x00, 0x0A]), ("latin.py", [0x23, 0xE9, 0x0A]), ("declared.py", [.. "# coding: latin-1\n# "u8, 0xE9, (byte)'\n', .. Encoding.UTF8.GetBytes(Sample.Python(2))]),
            RawWorkspace.File("python2.py", Sample.Python(3).Replace("return total + 1", "print total")), RawWorkspace.File("wrong.py", Sample.Python(4).Replace("return total + 1", "return total +")),
        ]));
        Run run = raw.Pin("r");
        RawWorkspace.Clean(run, Defaults);
        (CorpusFile file, string text) = Assert.Single(RawWorkspace.ReadClean(run));
        Assert.Equal(("declared.py", "latin-1"), (file.Path, file.SourceEncoding));
        Assert.StartsWith("# coding: utf-8\n# é\n", text);
        Assert.Equal(file.ContentId, BlobId.Of(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(
            ["binary.py binary", "latin.py encoding", "python2.py python2", "wrong.py syntax"],
            RawWorkspace.ReadDropped(run).Select(row => $"{row.Path} {row.Rule}").Order(StringComparer.Ordinal));
        AssertBooksBalance(run, 5);
    }

    [Fact]
    public void Run_repositoryOverTwoParts_findsEvidenceInNeighbour()
    {
        using var raw = new RawWorkspace();
        raw.AddPart((Sample.Repository(1), [RawWorkspace.File("LICENSE", Sample.Mit), RawWorkspace.File("a.py", Sample.Python(1))]));
        raw.AddPart((Sample.Repository(1), [RawWorkspace.File("b.py", Sample.Python(2))]), (Sample.Repository(2), [RawWorkspace.File("LICENSE", Sample.Mit), RawWorkspace.File("c.py", Sample.Python(3))]));
        Run run = raw.Pin("r");
        RawWorkspace.Clean(run, Defaults);
        Assert.Equal(["a.py MIT", "b.py MIT", "c.py MIT"], RawWorkspace.ReadClean(run).Select(row => $"{row.File.Path} {row.File.License}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_header_outranksFolder()
    {
        using var raw = new RawWorkspace();
        raw.AddPart((Sample.Repository(1),
        [
            RawWorkspace.File("LICENSE", Sample.Mit), RawWorkspace.File("a.py", "# SPDX-License-Identifier: GPL-2.0-or-later\n" + Sample.Python(1)),
            RawWorkspace.File("b.py", "# SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only\n\n" + Sample.Python(2)),
        ]));
        Run run = raw.Pin("r");
        RawWorkspace.Clean(run, Defaults);
        (CorpusFile file, string text) = Assert.Single(RawWorkspace.ReadClean(run));
        Assert.Equal(("b.py", "BSD-3-Clause OR GPL-2.0-only", "header"), (file.Path, file.License, file.LicenseEvidence));
        Assert.Equal(Sample.Python(2), text);
        Assert.Equal("license", Assert.Single(RawWorkspace.ReadDropped(run)).Rule);
    }

    [Fact]
    public void Run_anyWorkerCount_sameBytesAndBooksBalance()
    {
        using var raw = new RawWorkspace();
        int files = Fill(raw, new Random(7));
        SortedDictionary<string, string>? first = null;
        foreach (int workers in new[] { 1, 2, 4 })
        {
            using var other = new RawWorkspace();
            Fill(other, new Random(7));
            Run run = other.Pin("r");
            RawWorkspace.Clean(run, Defaults, workers);
            AssertBooksBalance(run, files);
            SortedDictionary<string, string> hashes = FolderHash.Of(run.Folder, path => path.Contains("2-clean", StringComparison.Ordinal) || path.StartsWith("manifest", StringComparison.Ordinal));
            first ??= hashes;
            Assert.Empty(FolderHash.Differences(first, hashes));
            Assert.True(RawWorkspace.ReadClean(run).Count > 10);
        }
    }

    [Fact]
    public void Run_fewerPartsThanWorkers_helpersChangeNothing()
    {
        // Over 16 chunks of 256 KiB, with contents that are dropped, redacted and no text among them.
        var settings = new ShingleSettings(5, ShingleKind.Code, TokenClasses.All, 1);
        SortedDictionary<string, string>? first = null;
        foreach (int workers in new[] { 1, 2, 5 })
        {
            using var raw = new RawWorkspace();
            raw.AddPart((Sample.Repository(1, forge: "MIT"),
            [
                .. Enumerable.Range(0, 300).Select(i => RawWorkspace.File(
                    $"f{i}.py",
                    (i % 7) switch { 0 => "x = (\n", 1 => $"mail = 'jane.doe{i}@company.org'\n", _ => "" }
                        + string.Concat(Enumerable.Range(0, 60).Select(j => Sample.Python((1000 * i) + j))))),
                ("bad.py", [0x78, 0x20, 0x3D, 0x20, 0xFF, 0x0A]),
            ]));
            Run run = raw.Pin("r");
            RawWorkspace.Clean(run, Defaults, workers, settings);
            Assert.True(raw.Parts[0].Bytes > 16 << 18, $"{raw.Parts[0].Bytes} bytes");
            SortedDictionary<string, string> hashes = FolderHash.Of(run.Folder, path => !path.StartsWith("events", StringComparison.Ordinal));
            first ??= hashes;
            Assert.Empty(FolderHash.Differences(first, hashes));
            Assert.Contains(hashes.Keys, path => path.StartsWith("shingles", StringComparison.Ordinal));
            Assert.NotEmpty(RawWorkspace.ReadDropped(run));
        }
    }

    [Fact]
    public void Run_again_recomputesNothingAndLaterCrawlOnlyWhatChanged()
    {
        using var raw = new RawWorkspace();
        Fill(raw, new Random(9));
        Run run = raw.Pin("first");

        // Three steps a raw part, and the rules.
        Assert.Equal((3 * raw.Parts.Count) + 1, RawWorkspace.Clean(run, Defaults));
        Assert.Equal(0, RawWorkspace.Clean(run, Defaults));
        Assert.Equal(0, RawWorkspace.Clean(raw.Pin("second"), Defaults, 2));
        raw.AddPart((Sample.Repository(1000, forge: "MIT"), [RawWorkspace.File("new.py", Sample.Python(100_000))]));
        Assert.Equal(3, RawWorkspace.Clean(raw.Pin("third"), Defaults));
        Assert.NotEqual(0, RawWorkspace.Clean(raw.Pin("fourth"), new CleanOptions { Rules = { [LineMaxRule.MaxLine] = 50 } }));
    }

    [Fact]
    public void Run_subsetPinned_countsOnlyItsOccurrences()
    {
        using var raw = new RawWorkspace();
        raw.AddPart((Sample.Repository(1, forge: "MIT"), [RawWorkspace.File("a.py", Sample.Python(1))]));
        raw.AddPart((Sample.Repository(2, forge: "MIT"), [RawWorkspace.File("a.py", Sample.Python(1))]));
        Run run = raw.Pin("r", repository => repository.Id == 2);
        RawWorkspace.Clean(run, Defaults);
        Assert.Equal("owner/repo2", Assert.Single(RawWorkspace.ReadClean(run)).File.Repository.Name);
        AssertBooksBalance(run, 1);
    }

    [Fact]
    public void Run_optOutVendoredRedactionAndBenchmark_eachLeavesItsTrace()
    {
        using var raw = new RawWorkspace();
        using var folder = new TemporaryFolder();
        string optOut = folder.Write("optout.txt", "# people who asked\nowner/repo2\nowner/repo1 gone.py\n");
        string benchmark = folder.Write("Bench.jsonl", "{\"task_id\": 7, \"prompt\": \"Write a function that frobnicates the seven given numbers twice.\", \"code\": \"def f(): pass\"}\n");
        raw.AddPart(
            (Sample.Repository(1, forge: "MIT"),
            [
                RawWorkspace.File("bench.py", "# Write a function that frobnicates the seven\n# given numbers twice.\n" + Sample.Python(1)), RawWorkspace.File("gone.py", Sample.Python(2)),
                RawWorkspace.File("mail.py", "__author__ = 'ada@lovelace.org'\n" + Sample.Python(3)), RawWorkspace.File("third_party/x.py", Sample.Python(4)),
            ]),
            (Sample.Repository(2, forge: "MIT"), [RawWorkspace.File("a.py", Sample.Python(5))]));
        Run run = raw.Pin("r");
        var options = new CleanOptions { OptOutFile = optOut, KeepVendored = true };
        options.BenchmarkFiles.Add(benchmark);
        RawWorkspace.Clean(run, options);
        List<(CorpusFile File, string Text)> clean = RawWorkspace.ReadClean(run);
        Assert.Equal(["mail.py False", "third_party/x.py True"], clean.Select(row => $"{row.File.Path} {row.File.IsVendored}"));
        Assert.StartsWith("__author__ = '<EMAIL>'\n", clean[0].Text);
        Assert.Equal(["a.py opt_out owner/repo2", "bench.py benchmark Bench/7 prompt", "gone.py opt_out owner/repo1 gone.py"],
            RawWorkspace.ReadDropped(run).Select(row => $"{row.Path} {row.Rule} {row.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(1, run.Manifest.Totals("clean")["redacted.email"]);
        AssertBooksBalance(run, 5);

        File.AppendAllText(optOut, "owner/repo1 mail.py\n");
        Assert.NotEqual(0, RawWorkspace.Clean(run, options));
        Assert.Equal("third_party/x.py", Assert.Single(RawWorkspace.ReadClean(run)).File.Path);
    }

    // Parts with contents that repeat across repositories and parts, licences of all kinds, and names that are dropped.
    private static int Fill(RawWorkspace raw, Random random)
    {
        string[] forges = ["MIT", "Apache-2.0", "GPL-3.0-only", "nonsense", ""];
        int files = 0;
        long id = 1;
        for (int part = 0; part < 4; part++)
        {
            var repositories = new List<(RepositoryFacts, (string, byte[])[])>();
            for (int repository = 0; repository < 8; repository++, id++)
            {
                var list = new List<(string, byte[])>();
                int count = random.Next(0, 12);
                for (int file = 0; file < count; file++)
                {
                    string name = random.Next(10) switch { 0 => "__init__.py", 1 => "vendor/x.py", _ => $"m{file}.py" };
                    list.Add(RawWorkspace.File($"p{file}/{name}", random.Next(8) == 0 ? "x = 1\n" : Sample.Python(random.Next(60))));
                    files++;
                }

                if (random.Next(3) == 0)
                {
                    list.Insert(0, RawWorkspace.File("LICENSE", Sample.Mit));
                }

                string forge = forges[random.Next(forges.Length)];
                repositories.Add((Sample.Repository(id, forge: forge.Length == 0 ? null : forge, stars: random.Next(20)), [.. list]));
            }

            raw.AddPart([.. repositories]);
        }

        return files;
    }

    private static void AssertBooksBalance(Run run, int occurrences)
    {
        SortedDictionary<string, long> totals = run.Manifest.Totals("clean");
        Assert.Equal(occurrences, totals["occurrences.in"]);
        Assert.Equal(occurrences, totals.GetValueOrDefault("occurrences.out") + totals.Where(item => item.Key.StartsWith("dropped.", StringComparison.Ordinal)).Sum(item => item.Value));
        Assert.Equal(totals.GetValueOrDefault("contents.in"), totals.GetValueOrDefault("contents.out") + totals.Where(item => item.Key.StartsWith("dropped_contents.", StringComparison.Ordinal)).Sum(item => item.Value));
        Assert.Equal(totals.GetValueOrDefault("occurrences.passed"), totals.GetValueOrDefault("occurrences.judged"));
        List<(CorpusFile File, string Text)> clean = RawWorkspace.ReadClean(run);
        List<DroppedFile> dropped = RawWorkspace.ReadDropped(run);
        Assert.Equal(occurrences, clean.Sum(row => row.File.Copies) + dropped.Sum(row => row.Copies));
        foreach ((CorpusFile file, string text) in clean)
        {
            Assert.Equal(file.ContentId, BlobId.Of(Encoding.UTF8.GetBytes(text)));
            Assert.Equal(file.Copies - 1, file.OtherOccurrences.Count);
        }
    }
}
