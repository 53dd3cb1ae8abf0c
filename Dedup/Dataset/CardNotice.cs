using System.Globalization;
using System.Text;
using DataForge.Corpus.Columns;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shards;
using DataForge.Parquet;

namespace DataForge.Dedup.Dataset;

/// <summary>
/// The attribution of a dataset (<c>3-dataset/NOTICE</c>): each repository with its licences, how these were found, and the copyright lines
/// of its files, verbatim. Repositories, licences and lines are in ordinal order. Memory: each distinct line of a repository once.
/// </summary>
internal sealed class CardNotice
{
    private static readonly Comparer<(string License, string Evidence)> ByLicenseAndEvidence =
        Comparer<(string License, string Evidence)>.Create((left, right) =>
        {
            int order = string.CompareOrdinal(left.License, right.License);
            return order != 0 ? order : string.CompareOrdinal(left.Evidence, right.Evidence);
        });

    private readonly SortedDictionary<string, Repository> _repositories = new(StringComparer.Ordinal);

    /// <summary>Repositories.</summary>
    public int Repositories => _repositories.Count;

    /// <summary>Copyright lines, over all repositories.</summary>
    public long Lines { get; private set; }

    /// <summary>Reads the attribution of all rows of the dataset's shards.</summary>
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
                    group, Column.RepositoryName, Column.RepositorySource, Column.RevisionId, Column.License, Column.LicenseEvidence,
                    Column.Copyright);
                notice.Add(rows);
            }
        }

        return notice;
    }

    /// <summary>Writes the file.</summary>
    public void Write(TextWriter text)
    {
        text.Write("This dataset has files of the repositories below, each under the licence stated there.\n");
        text.Write("The licence of a single file is in its row (license, license_evidence, copyright).\n");
        foreach ((string repositoryName, Repository repository) in _repositories)
        {
            text.Write($"\n{new string('-', 80)}\n{repositoryName}\n");
            if (repository.Commit is { } commit)
            {
                text.Write(
                    repository.Source == "github" ? $"  https://github.com/{repositoryName}/tree/{commit}\n" : $"  commit {commit}\n");
            }

            foreach (((string license, string evidence), LicensedFiles group) in repository.Licenses)
            {
                string name = license.Length > 0 ? license : "no licence found";
                text.Write(string.Create(CultureInfo.InvariantCulture, $"  {name}, {group.Files} {(group.Files == 1 ? "file" : "files")}"));
                text.Write(evidence.Length > 0 ? $", by {evidence}\n" : "\n");
                foreach (string line in group.Copyright)
                {
                    text.Write($"    {line}\n");
                }
            }
        }
    }

    private void Add(CorpusShard.Rows rows)
    {
        BinaryColumn names = rows.Get(Column.RepositoryName);
        BinaryColumn sources = rows.Get(Column.RepositorySource);
        BinaryColumn commits = rows.Get(Column.RevisionId);
        BinaryColumn licenses = rows.Get(Column.License);
        BinaryColumn evidence = rows.Get(Column.LicenseEvidence);
        StringListColumn copyright = rows.Get(Column.Copyright);
        for (int row = 0; row < rows.Count; row++)
        {
            string name = names.GetString(row);
            if (!_repositories.TryGetValue(name, out Repository? repository))
            {
                string? commit = commits.IsNull(row) ? null : commits.GetString(row);
                _repositories[name] = repository = new Repository(sources.GetString(row), commit);
            }

            (string, string) key = (licenses.GetString(row), evidence.GetString(row));
            if (!repository.Licenses.TryGetValue(key, out LicensedFiles? group))
            {
                repository.Licenses[key] = group = new LicensedFiles();
            }

            group.Files++;
            for (int i = 0; i < copyright.Length(row); i++)
            {
                Lines += group.Copyright.Add(Encoding.UTF8.GetString(copyright[row, i])) ? 1 : 0;
            }
        }
    }

    // The files of a repository under one licence, found in one way.
    private sealed class LicensedFiles
    {
        /// <summary>Files.</summary>
        public long Files { get; set; }

        /// <summary>Their copyright lines.</summary>
        public SortedSet<string> Copyright { get; } = new(StringComparer.Ordinal);
    }

    private sealed record Repository(string Source, string? Commit)
    {
        /// <summary>The files by licence and evidence, in ordinal order.</summary>
        public SortedDictionary<(string License, string Evidence), LicensedFiles> Licenses { get; } = new(ByLicenseAndEvidence);
    }
}
