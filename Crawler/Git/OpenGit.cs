using DataForge.Corpus;
using DataForge.Crawler.Sources;
using LibGit2Sharp;

namespace DataForge.Crawler.Git;

/// <summary>A git repository at the commit HEAD named when it was opened.</summary>
internal sealed class OpenGit : IOpenRepository
{
    private readonly RepositoryHandles _handles;
    private readonly GitMirror? _mirror;
    private readonly ScanContext _context;

    private OpenGit(string folder, RepositoryFacts facts, GitMirror? mirror, ScanContext context) =>
        (_handles, Facts, _mirror, _context) = (new RepositoryHandles(folder), facts, mirror, context);

    public RepositoryFacts Facts { get; }

    /// <summary>The commit.</summary>
    public string Signature => Facts.Commit!;

    /// <exception cref="DataForgeException">It is no git repository, or HEAD names no commit.</exception>
    public static OpenGit Open(string text, string folder, RepositoryFacts facts, GitMirror? mirror, ScanContext context)
    {
        Repository? repository = null;
        try
        {
            repository = new Repository(folder);
            string commit = repository.Head.Tip?.Sha
                ?? throw DataForgeException.Usage($"{text}: HEAD names no commit; check out or commit to the branch that HEAD names.");
            var open = new OpenGit(folder, facts with { Commit = commit }, mirror, context);
            open._handles.Add(repository);
            return open;
        }
        catch (LibGit2SharpException e)
        {
            repository?.Dispose();
            throw DataForgeException.Usage($"{text} is no git repository that can be read ({e.Message}): name a repository.", e);
        }
        catch (DataForgeException)
        {
            repository?.Dispose();
            throw;
        }
    }

    public async ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation)
    {
        var tree = new GitTree(Facts.Commit!, _context.Options);
        IReadOnlyList<GitEntry> entries = _handles.With(repository => tree.Walk(repository, cancellation));
        if (_mirror is not null)
        {
            string[] missing = _handles.With(repository => entries
                .Where(entry => !_context.IsStored(entry.Id) && !RepositoryHandles.Contains(repository, entry.Id))
                .Select(entry => entry.Id.ToString()).Distinct().ToArray());
            if (missing.Length > 0)
            {
                await _mirror.FetchBlobsAsync(missing, cancellation).ConfigureAwait(false);
                _handles.Dispose();
            }
        }

        return _handles.With(repository => tree.Finish(repository, entries, _context.StoredSize, cancellation));
    }

    public ReadFile Read(FoundFile file)
    {
        BlobId id = file.BlobId!.Value;
        return _context.IsStored(id) ? new ReadFile(null, 0, file.Size) : _handles.Read(id, file.Size);
    }

    public void Dispose() => _handles.Dispose();
}
