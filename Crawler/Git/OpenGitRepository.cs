using DataForge.Corpus;
using DataForge.Crawler.Sources;
using LibGit2Sharp;

namespace DataForge.Crawler.Git;

/// <summary>A git repository at the commit that HEAD named when it was opened.</summary>
internal sealed class OpenGitRepository : IOpenRepository
{
    private readonly RepositoryHandles _handles;
    private readonly GitMirror? _mirror;
    private readonly ScanContext _context;

    private OpenGitRepository(string folder, RepositoryFacts facts, GitMirror? mirror, ScanContext context) =>
        (_handles, Facts, _mirror, _context) = (new RepositoryHandles(folder), facts, mirror, context);

    /// <inheritdoc/>
    public RepositoryFacts Facts { get; }

    /// <summary>The commit's id.</summary>
    public string Signature => Facts.Commit!;

    /// <summary>Opens a repository on disk.</summary>
    /// <param name="text">The source as the user wrote it, for messages.</param>
    /// <param name="folder">The repository's folder.</param>
    /// <param name="facts">What is known about it, without the commit.</param>
    /// <param name="mirror">Fetches blobs that the folder lacks; null if the folder is the user's own repository.</param>
    /// <param name="context">Options, and which contents are stored already.</param>
    /// <exception cref="DataForgeException">It is not a git repository, or HEAD names no commit.</exception>
    public static OpenGitRepository Open(string text, string folder, RepositoryFacts facts, GitMirror? mirror, ScanContext context)
    {
        Repository? repository = null;
        try
        {
            repository = new Repository(folder);
            string commit = repository.Head.Tip?.Sha
                ?? throw DataForgeException.Usage($"{text}: HEAD names no commit; check out or commit to the branch that HEAD names.");
            var open = new OpenGitRepository(folder, facts with { Commit = commit }, mirror, context);
            open._handles.Add(repository);
            return open;
        }
        catch (LibGit2SharpException e)
        {
            repository?.Dispose();
            throw DataForgeException.Usage($"{text} is not a git repository that can be read ({e.Message}): name a repository.", e);
        }
        catch (DataForgeException)
        {
            repository?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<FoundFile>> ListAsync(CancellationToken cancellation)
    {
        var tree = new GitTreeWalk(Facts.Commit!, _context.Options);
        IReadOnlyList<GitEntry> entries = _handles.With(repository => tree.Walk(repository, cancellation));
        entries = await new GitLinks(Facts.Commit!).FollowAsync(entries, _handles.With, missing => FetchAsync([.. missing], cancellation))
            .ConfigureAwait(false);
        await FetchAsync(
            _handles.With(repository => entries
                .Where(entry => !_context.IsStored(entry.Id) && !RepositoryHandles.Contains(repository, entry.Id))
                .Select(entry => entry.Id.ToString()).Distinct().ToArray()),
            cancellation).ConfigureAwait(false);
        return _handles.With(repository => tree.Finish(repository, entries, _context.StoredSize, cancellation));
    }

    private async Task FetchAsync(string[] missing, CancellationToken cancellation)
    {
        if (_mirror is not null && missing.Length > 0)
        {
            await _mirror.FetchBlobsAsync(missing, cancellation).ConfigureAwait(false);
            _handles.Dispose();
        }
    }

    /// <inheritdoc/>
    public ReadFile Read(FoundFile file)
    {
        BlobId id = file.BlobId!.Value;
        return _context.IsStored(id) ? new ReadFile(null, 0, file.Size) : _handles.Read(id, file.Size);
    }

    /// <inheritdoc/>
    public void Dispose() => _handles.Dispose();
}
