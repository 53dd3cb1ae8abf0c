using System.Globalization;
using System.Runtime.InteropServices;
using DataForge.Cleaner;
using DataForge.Cleaner.Decontamination;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;
using DataForge.Cleaner.Steps;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Shingling;
using DataForge.Dedup;
using DataForge.Dedup.Signatures;
using DataForge.Dedup.Store;
using DataForge.Python;

namespace DataForge.Benchmarks;

/// <summary>
/// What each step between raw and dataset takes of a byte of raw content: the steps of both stages, one after another on one thread, over
/// the contents of a workspace, by the thread's processor time. Left out are the steps that do not read texts (licences of repositories,
/// occurrences, candidates, selection) and the start of the processes. No duplicate is left out, so the dataset's share is its most.
/// </summary>
internal sealed partial class PipelineSteps
{
    private const int ThreadClock = 3;
    private static readonly Attribution Somewhere = new()
    {
        Repository = new RepositoryFacts { Id = 1, Name = "a/b", Source = "dir" },
        Path = "a.py", License = "MIT", LicenseClass = LicenseClass.Permissive, LicenseEvidence = "file", Copies = 1,
    };

    private readonly OrderedDictionary<string, long> _nanoseconds = [];
    private readonly ShippedText _shipped;
    private readonly LicensePolicy _policy;
    private readonly RuleSet _rules;
    private readonly TextCheck? _benchmarks;
    private readonly JudgedText _text = new();
    private readonly DedupOptions _dedup = new();
    private readonly Shingler _shingler;
    private readonly FoldedText _folded;
    private readonly SignatureKernel _kernel;
    private readonly ulong[] _keys;
    private readonly string _folder;
    private readonly List<int> _setLengths = [];
    private long _last;
    private long _bytes;
    private long _kept;

    private PipelineSteps(CleanOptions options, string folder)
    {
        RuleSettings settings = RuleSettings.Of(options);
        _shipped = new ShippedText(settings, options.Redact);
        _policy = new LicensePolicy(options);
        _rules = new RuleSet(settings);
        _benchmarks = new BenchmarkRule().Build(settings, BenchmarkIndex.Load(options.BenchmarkFiles));
        _shingler = new Shingler(_dedup.ToShingleSettings());
        _folded = new FoldedText(_dedup.Seed);
        _kernel = new SignatureKernel(BandPlan.For(_dedup.Threshold, _dedup.MissProbability), _dedup.Seed);
        _keys = new ulong[_kernel.Plan.Bands];
        _folder = folder;
    }

    /// <summary>Measures the first contents of a workspace, and prints a line a step.</summary>
    /// <param name="workspace">The workspace, which has been crawled.</param>
    /// <param name="input">What the crawl found.</param>
    /// <param name="benchmarkFiles">The benchmarks whose problems are searched for.</param>
    /// <param name="mostBytes">Bytes of content at most, and at least one part.</param>
    public static void Run(Workspace workspace, RunInput input, IEnumerable<string> benchmarkFiles, long mostBytes)
    {
        var options = new CleanOptions();
        foreach (string file in benchmarkFiles)
        {
            options.BenchmarkFiles.Add(file);
        }

        string folder = Directory.CreateTempSubdirectory("dataforge-steps-").FullName;
        try
        {
            var steps = new PipelineSteps(options, folder);

            // The first part is measured twice: the first time, methods are being compiled.
            steps.Measure(workspace.RawBlobsPart(input.Parts[0].Number));
            steps._nanoseconds.Clear();
            (steps._bytes, steps._kept) = (0, 0);
            foreach (RawPart part in input.Parts)
            {
                if (steps._bytes == 0 || steps._bytes + part.Bytes <= mostBytes)
                {
                    steps.Measure(workspace.RawBlobsPart(part.Number));
                }
            }

            steps.Print();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Measure(string raw)
    {
        string clean = Path.Combine(_folder, "clean.parquet");
        string sets = Path.Combine(_folder, "sets");
        Judge(raw, clean, sets);
        Start();
        StageHash.OfFile(clean);
        Lap("clean: SHA-256 of the shard");
        Sign(sets);
        Start();
        StageHash.OfFile(sets);
        Lap("dedup: SHA-256 of the sets");
        string dataset = Path.Combine(_folder, "dataset.parquet");
        Copy(clean, dataset);
        Start();
        StageHash.OfFile(dataset);
        Lap("dedup: SHA-256 of the dataset");
    }

    private void Judge(string raw, string file, string setsFile)
    {
        _setLengths.Clear();
        using var sets = new WordFileWriter(setsFile);
        using var clean = new CorpusShard.Writer(file, isIntermediate: true);
        using var reader = new RawBlobsShard.Reader(raw);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            Start();
            using RawBlobsShard.Rows rows = reader.ReadRowGroup(group);
            Lap("clean: read raw");
            for (int row = 0; row < rows.Count; row++)
            {
                Judge(rows.Id(row), rows.Content(row), clean, sets);
            }
        }

        Start();
        clean.Close();
        Lap("clean: write 2-clean");
        sets.EndColumn();
        sets.Close();
        Lap("clean: write the sets");
    }

    private void Judge(BlobId id, ReadOnlySpan<byte> content, CorpusShard.Writer clean, WordFileWriter sets)
    {
        _bytes += content.Length;
        Start();
        Finding? noText = _shipped.Decode(content);
        Lap("clean: decode");
        _policy.Read(_shipped);
        Lap("clean: licence header");
        if (noText is not null)
        {
            return;
        }

        _shipped.StripHeader();
        Start();
        _text.Set(id, content.Length, _shipped.Memory);
        Lap("clean: statistics");
        _ = _text.Verdict;
        Lap("clean: lex and parse");
        bool passes = _rules.Judge(_text) is null;
        Lap("clean: rules");
        passes &= _benchmarks?.Judge(_text) is null;
        Lap("clean: benchmarks");
        if (!passes)
        {
            return;
        }

        Start();
        bool redacted = _shipped.Redact();
        Lap("clean: redaction");
        if (redacted)
        {
            _text.Set(id, content.Length, _shipped.Memory);
            _ = _text.Verdict;
            Lap("clean: statistics and parse of redacted texts");
        }

        BlobId contentId = _shipped.IsChanged ? BlobId.Of(_shipped.Text) : id;
        Lap("clean: git id of changed texts");
        _kept += _shipped.Text.Length;
        clean.Append(new CorpusFile { BlobId = id, ContentId = contentId, Attribution = Somewhere, Size = content.Length }, _shipped.Text);
        Lap("clean: write 2-clean");
        _shingler.Process(_shipped.Text, _text.Tokens);
        Lap("clean: hash and sort shingles");
        _folded.Hash(_shipped.Text);
        Lap("clean: folded text");
        sets.Append(_shingler.Set);
        _setLengths.Add(_shingler.Set.Length);
        Lap("clean: write the sets");
    }

    private void Sign(string file)
    {
        using var sets = new WordFileReader(file);
        ulong checksum = 0;
        long position = 0;
        ulong[] buffer = [];
        foreach (int length in _setLengths)
        {
            Start();
            buffer = buffer.Length < length ? new ulong[2 * length] : buffer;
            Span<ulong> set = buffer.AsSpan(0, length);
            sets.Read(0, position, set);
            checksum = WordFile.Sum(checksum, set);
            position += length;
            Lap("dedup: read the sets");
            Fingerprint.OfSet(set);
            Lap("dedup: fingerprint");
            if (length > 0)
            {
                _kernel.BandKeys(set, _keys);
            }

            Lap("dedup: band keys");
        }

        if (checksum != sets.ChecksumOf(0))
        {
            throw sets.Damaged();
        }
    }

    private void Copy(string clean, string file)
    {
        using var reader = new CorpusShard.Reader(clean);
        using var kept = new CorpusShard.Writer(file);
        for (int group = 0; group < reader.RowGroupCount; group++)
        {
            Start();
            using CorpusShard.Rows rows = reader.ReadRowGroup(group);
            Lap("dedup: read 2-clean for the dataset");
            for (int row = 0; row < rows.Count; row++)
            {
                kept.Append(rows.File(row), rows.Text(row));
            }

            Lap("dedup: write the dataset");
        }

        Start();
        kept.Close();
        Lap("dedup: write the dataset");
    }

    private void Start() => _last = Now();

    private void Lap(string step)
    {
        long now = Now();
        _nanoseconds[step] = _nanoseconds.GetValueOrDefault(step) + now - _last;
        _last = Now();
    }

    private void Print()
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"steps, one thread",-48} ns a byte of raw ({_bytes / 1e6:F0} MB, {(double)_kept / _bytes:P0} kept)"));
        foreach ((string step, long nanoseconds) in _nanoseconds)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step,-48} {(double)nanoseconds / _bytes,8:F2}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"sum",-48} {(double)_nanoseconds.Values.Sum() / _bytes,8:F2}"));
    }

    private static long Now()
    {
        Span<long> time = stackalloc long[2];
        _ = clock_gettime(ThreadClock, ref MemoryMarshal.GetReference(time));
        return (time[0] * 1_000_000_000) + time[1];
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, ref long time);
}
