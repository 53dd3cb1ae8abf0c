using System.Globalization;
using System.Text;
using DataForge.Parquet;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;

namespace DataForge.Dedup.Dataset;

/// <summary>
/// Attribution of a dataset (<c>3-dataset/NOTICE</c>): each repository with its licences, how these were found, and the copyright lines as they stand
/// in its files. Repositories, licences and lines in ordinal order. Memory: each distinct line of a repository once.
/// </summary>
internal sealed class CardNotice
{
    private readonly SortedDictionary<string, Repository> _repositories = new(StringComparer.Ordinal);

    /// <summary>Repositories named.</summary>
    public int Repositories => _repositories.Count;

    /// <summary>Copyright lines named.</summary>
    public long Lines { get; private set; }

    /// <summary>Reads what the dataset's shards say.</summary>
    public static CardNotice Read(Run run, CancellationToken cancellation)
    {
        var notice = new CardNotice();
        foreach (ManifestOutput shard in DatasetFigures.ShardsOf(run))
        {
            using var reader = new CorpusShard.Reader(run.PathOf(shard.Path));
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                cancellation.ThrowIfCancellationRequested();
                using CorpusShard.Rows rows = reader.ReadRowGroup(
                    group, "repo_name", "repo_source", "revision_id", "license", "license_evidence", "copyright");
                notice.Add(rows.Columns);
            }
        }

        return notice;
    }

    /// <summary>Writes the file.</summary>
    public void Write(TextWriter text)
    {
        text.Write("This dataset holds files of the repositories below, each under the licence named there.\n");
        text.Write("The licence of a single file stands in its row (license, license_evidence, copyright).\n");
        foreach ((string name, Repository repository) in _repositories)
        {
            text.Write($"\n{new string('-', 80)}\n{name}\n");
            if (repository.Commit is { } commit)
            {
                text.Write(repository.Source == "github" ? $"  https://github.com/{name}/tree/{commit}\n" : $"  commit {commit}\n");
            }

            foreach (((string license, string evidence), Terms terms) in repository.Terms)
            {
                text.Write(string.Create(CultureInfo.InvariantCulture, $"  {(license.Length > 0 ? license : "no licence found")}, {terms.Files} {(terms.Files == 1 ? "file" : "files")}"));
                text.Write(evidence.Length > 0 ? $", by {evidence}\n" : "\n");
                foreach (string line in terms.Copyright)
                {
                    text.Write($"    {line}\n");
                }
            }
        }
    }

    private void Add(ParquetRowGroup rows)
    {
        BinaryColumn names = rows.Binary("repo_name");
        BinaryColumn sources = rows.Binary("repo_source");
        BinaryColumn commits = rows.Binary("revision_id");
        BinaryColumn licenses = rows.Binary("license");
        BinaryColumn evidence = rows.Binary("license_evidence");
        StringListColumn copyright = rows.StringList("copyright");
        for (int row = 0; row < rows.RowCount; row++)
        {
            string name = names.GetString(row);
            if (!_repositories.TryGetValue(name, out Repository? repository))
            {
                _repositories[name] = repository = new Repository(sources.GetString(row), commits.IsNull(row) ? null : commits.GetString(row));
            }

            (string, string) key = (licenses.GetString(row), evidence.GetString(row));
            if (!repository.Terms.TryGetValue(key, out Terms? terms))
            {
                repository.Terms[key] = terms = new Terms();
            }

            terms.Files++;
            for (int i = 0; i < copyright.Length(row); i++)
            {
                Lines += terms.Copyright.Add(Encoding.UTF8.GetString(copyright[row, i])) ? 1 : 0;
            }
        }
    }

    private sealed class Terms
    {
        public long Files { get; set; }

        public SortedSet<string> Copyright { get; } = new(StringComparer.Ordinal);
    }

    private sealed record Repository(string Source, string? Commit)
    {
        public SortedDictionary<(string License, string Evidence), Terms> Terms { get; } = new(Comparer<(string License, string Evidence)>.Create(
            (a, b) => string.CompareOrdinal(a.License, b.License) is not 0 and var order ? order : string.CompareOrdinal(a.Evidence, b.Evidence)));
    }
}
