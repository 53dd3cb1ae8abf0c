using System.Buffers;
using DataForge.Cleaner.Survey;
using DataForge.Corpus;
using DataForge.Crawler;
using DataForge.Crawler.Sources;

namespace DataForge.Orchestrator.Licensing;

/// <summary>
/// Surveys the licences of one path: a folder or a work tree as <c>dir:</c> divides and reads it, a bare repository as <c>git:</c> does,
/// a Python file within its repository, and any other file alone.
/// </summary>
/// <param name="path">The path as the user gave it.</param>
internal sealed class SurveyedPath(string path)
{
    // Licence texts are smaller; a larger file is no licence.
    private const int MaxText = 8 << 20;

    private static readonly CrawlOptions Options = new();

    /// <summary>Checks that the path exists.</summary>
    /// <exception cref="DataForgeException">It does not.</exception>
    public void Check()
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw DataForgeException.Usage($"There is no file or folder {path}: give one that exists.");
        }
    }

    /// <summary>A report for each repository in the path, in order of their names; one for a file.</summary>
    /// <param name="cancellation">Cancelled when the user asks the program to stop.</param>
    /// <exception cref="DataForgeException">It cannot be read.</exception>
    public async Task<IReadOnlyList<SurveyReport>> SurveyAsync(CancellationToken cancellation)
    {
        if (!Directory.Exists(path))
        {
            return [await SurveyFileAsync(cancellation).ConfigureAwait(false)];
        }

        string kind = IsBare(path) ? "git" : "dir";
        var reports = new List<SurveyReport>();
        await ReadAsync($"{kind}:{path}", (repository, files) =>
        {
            var survey = new LicenseSurvey();
            foreach (FoundFile file in files)
            {
                cancellation.ThrowIfCancellationRequested();
                Add(survey, repository, file);
            }

            reports.Add(survey.OfRepository(repository.Facts.Name));
        }, cancellation).ConfigureAwait(false);
        reports.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return reports;
    }

    private async Task<SurveyReport> SurveyFileAsync(CancellationToken cancellation)
    {
        if (FileKinds.Of(Path.GetFileName(path)) == FileKind.Python)
        {
            string full = Path.GetFullPath(path);
            SurveyReport? found = null;
            if (RootAround(full) is { } root)
            {
                await ReadAsync($"dir:{root}", (repository, files) => found ??= InRepository(root, full, repository, files), cancellation)
                    .ConfigureAwait(false);
            }

            return found ?? Alone();
        }

        return new LicenseSurvey().OfText(path, Path.GetFileName(path), FileKinds.Of(Path.GetFileName(path)), Content());
    }

    private SurveyReport? InRepository(string root, string full, IOpenRepository repository, IReadOnlyList<FoundFile> files)
    {
        // The work tree's own files are named by their paths in it; repositories inside it have roots of their own.
        string below = PathText.FromText(Path.GetRelativePath(root, full).Replace(Path.DirectorySeparatorChar, '/'));
        if (!files.Any(file => file.Path == below && file.Fault is null))
        {
            return null;
        }

        var survey = new LicenseSurvey();
        foreach (FoundFile file in files.Where(file => file.Path == below || LicenseSurvey.IsEvidence(file.Path, file.Kind)))
        {
            Add(survey, repository, file);
        }

        return survey.OfFile(path, below);
    }

    private SurveyReport Alone()
    {
        var survey = new LicenseSurvey();
        string name = Path.GetFileName(path);
        survey.Add(name, FileKind.Python, Content());
        return survey.OfFile(path, name);
    }

    private static void Add(LicenseSurvey survey, IOpenRepository repository, FoundFile file)
    {
        ReadFile read = file.Fault is null ? repository.Read(file) : ReadFile.Faulty(file.Fault, file.Detail);
        if (read.Buffer is null)
        {
            survey.AddUnread(file.Path, read.Fault ?? RuleNames.Unreadable);
            return;
        }

        survey.Add(file.Path, file.Kind, read.Buffer.AsSpan(0, read.Length));
        ArrayPool<byte>.Shared.Return(read.Buffer);
    }

    private static async Task ReadAsync(
        string source, Action<IOpenRepository, IReadOnlyList<FoundFile>> use, CancellationToken cancellation)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("dataforge-license-");
        try
        {
            var context = new ScanContext(Options, scratch.FullName, scratch.FullName, static _ => -1);
            SourceScan scan = await SourceList.ParseOne(source).ScanAsync(context, cancellation).ConfigureAwait(false);
            foreach (ISourceRepository repository in scan.Repositories)
            {
                using IOpenRepository open = await repository.OpenAsync(cancellation).ConfigureAwait(false);
                use(open, await open.ListAsync(cancellation).ConfigureAwait(false));
            }
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private byte[] Content()
    {
        try
        {
            return new FileInfo(path).Length <= MaxText
                ? File.ReadAllBytes(path)
                : throw DataForgeException.Usage($"{path} has more than {MaxText >> 20} MB: give a licence text or a source file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataForgeException.Usage($"{path} cannot be read ({e.Message}): give a file that can.", e);
        }
    }

    // The work tree that contains a file.
    private static string? RootAround(string file)
    {
        for (string? folder = Path.GetDirectoryName(file); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Exists(Path.Combine(folder, ".git")))
            {
                return folder;
            }
        }

        return null;
    }

    private static bool IsBare(string folder) =>
        File.Exists(Path.Combine(folder, "HEAD")) && Directory.Exists(Path.Combine(folder, "objects"))
        && Directory.Exists(Path.Combine(folder, "refs"));
}
