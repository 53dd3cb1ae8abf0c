using System.Text;
using DataForge.Corpus;
using DataForge.Corpus.Events;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Corpus.Shingling;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests;

/// <summary>A workspace with raw parts made for a test, and the cleaner run over it.</summary>
internal sealed class RawWorkspace : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<BlobId, int> _stored = [];
    private readonly List<RawPart> _parts = [];
    private readonly SortedDictionary<long, RepositorySnapshot> _repositories = [];

    public RawWorkspace() => Workspace = Workspace.Open(_folder["workspace"]);

    public Workspace Workspace { get; }

    public IReadOnlyList<RawPart> Parts => _parts;

    public static (string Path, byte[] Content) File(string path, string content) => (path, Encoding.UTF8.GetBytes(content));

    public static FileKind KindOf(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        return name.EndsWith(".py", StringComparison.Ordinal) ? FileKind.Python
            : name.StartsWith("LICENSE", StringComparison.Ordinal) || name.StartsWith("COPYING", StringComparison.Ordinal) || name == "copyright"
                || name == "REUSE.toml" || name == "dep5" || name.EndsWith(".py.license", StringComparison.Ordinal) || path.Contains("LICENSES/", StringComparison.Ordinal) ? FileKind.License
            : FileKind.Metadata;
    }

    /// <summary>Adds a raw part. Content that an earlier part stored is not stored again.</summary>
    public void AddPart(params (RepositoryFacts Repository, (string Path, byte[] Content)[] Files)[] repositories)
    {
        int number = _parts.Count;
        long occurrences = 0;
        long bytes = 0;
        long blobs;
        using (var files = new RawFilesShard.Writer(Workspace.RawFilesPart(number)))
        using (var contents = new RawBlobsShard.Writer(Workspace.RawBlobsPart(number)))
        {
            foreach ((RepositoryFacts repository, (string Path, byte[] Content)[] list) in repositories)
            {
                _repositories[repository.Id] = new RepositorySnapshot(repository.Id, repository.Name, repository.Snapshot, repository.Commit);
                foreach ((string path, byte[] content) in list)
                {
                    BlobId id = BlobId.Of(content);
                    if (_stored.TryAdd(id, number))
                    {
                        contents.Append(id, content);
                        bytes += content.Length;
                    }

                    files.Append(new Occurrence { Repository = repository, Path = path, Kind = KindOf(path), BlobId = id, Size = content.Length, BlobPart = _stored[id] });
                    occurrences++;
                }
            }

            blobs = contents.Rows;
            files.Close();
            contents.Close();
        }

        string filesHash = StageHash.OfFile(Workspace.RawFilesPart(number));
        string blobsHash = StageHash.OfFile(Workspace.RawBlobsPart(number));
        _parts.Add(new RawPart(number, filesHash, blobsHash, occurrences, blobs, bytes));
        AtomicFile.Write(Workspace.RawManifest(number), CanonicalJson.Write(new ManifestEntry
        {
            Stage = "crawl", Part = $"{number:D5}", InputHash = "", OptionsHash = "",
            Outputs = [new($"raw/blobs-{number:D5}.parquet", 0, blobsHash), new($"raw/files-{number:D5}.parquet", 0, filesHash)],
        }));
    }

    /// <summary>Pins the input of a run: all repositories, or those named.</summary>
    public Run Pin(string name, Func<RepositorySnapshot, bool>? include = null)
    {
        Run run = Run.Open(Workspace, name);
        AtomicFile.Write(run.InputFile, CanonicalJson.Write(new RunInput
        {
            Parts = _parts,
            Repositories = [.. _repositories.Values.Where(include ?? (_ => true))],
        }));
        return run;
    }

    /// <summary>Runs the cleaner and returns how many parts were computed anew.</summary>
    public static int Clean(Run run, CleanOptions options, int workers = 1, ShingleSettings? shingles = null)
    {
        var sink = new Computed();
        using var events = new EventLog(null, TimeProvider.System, sink);
        new CleanStage(options, shingles).RunAsync(new StageContext(run, events, workers, TimeProvider.System), CancellationToken.None).GetAwaiter().GetResult();
        return sink.Count;
    }

    /// <summary>Rows of <c>2-clean</c> with their text.</summary>
    public static List<(CorpusFile File, string Text)> ReadClean(Run run)
    {
        var all = new List<(CorpusFile, string)>();
        foreach (ManifestEntry entry in run.Manifest.Entries("clean").Where(entry => entry.Part.StartsWith("part-", StringComparison.Ordinal)))
        {
            using var reader = new CorpusShard.Reader(run.PathOf($"2-clean/{entry.Part}.parquet"));
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using CorpusShard.Rows rows = reader.ReadRowGroup(group);
                for (int row = 0; row < rows.Count; row++)
                {
                    all.Add((rows.File(row), Encoding.UTF8.GetString(rows.Text(row))));
                }
            }
        }

        return all;
    }

    /// <summary>Rows of <c>dropped/2-clean</c>.</summary>
    public static List<DroppedFile> ReadDropped(Run run) =>
        [.. Directory.GetFiles(run.PathOf("dropped/2-clean")).Order(StringComparer.Ordinal).SelectMany(DroppedShard.Read)];

    public void Dispose() => _folder.Dispose();

    private sealed class Computed : IEventSink
    {
        public int Count { get; private set; }

        public void Write(Event happened) => Count += happened is PartDone { Reused: false } ? 1 : 0;
    }
}

/// <summary>Texts that tests use often.</summary>
internal static class Sample
{
    public const string Mit = """
        The MIT License (MIT)

        Copyright (c) 2020 Ada Lovelace

        Permission is hereby granted, free of charge, to any person obtaining a copy
        of this software and associated documentation files (the "Software"), to deal
        in the Software without restriction, including without limitation the rights
        to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
        copies of the Software, and to permit persons to whom the Software is
        furnished to do so, subject to the following conditions:

        The above copyright notice and this permission notice shall be included in all
        copies or substantial portions of the Software.

        THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
        IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
        FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
        AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
        LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
        OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
        SOFTWARE.
        """;

    /// <summary>A file that every preset passes (under 20 lines, no "test", five "=").</summary>
    public static string Python(int seed) => $$"""
        # Adds numbers.
        def add_{{seed}}(first, second):
            total = first + second
            for step in range({{seed}}):
                total = total + step
            if total == {{seed}}:
                return total
            return total + 1


        class Adder{{seed}}:
            limit = {{seed}}

            def run(self):
                return add_{{seed}}(self.limit, 2)
        """;

    public static RepositoryFacts Repository(long id, string? name = null, string? forge = null, int? stars = null) =>
        new() { Id = id, Name = name ?? $"owner/repo{id}", Source = "dir", ForgeLicense = forge, Stars = stars };
}
