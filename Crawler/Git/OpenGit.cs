using System.Buffers;
using System.Collections.Concurrent;
using DataForge.Corpus;
using DataForge.Crawler.Sources;
using LibGit2Sharp;

namespace DataForge.Crawler.Git;

/// <summary>A git repository at the commit HEAD named when it was opened.</summary>
internal sealed class OpenGit : IOpenRepository
{
    private readonly ConcurrentBag<Repository> _handles = [];
    private readonly string _folder;
    private readonly GitMirror? _mirror;
    private readonly GitCommand _command;
    private readonly ScanContext _context;

    private OpenGit(string folder, RepositoryFacts facts, GitMirror? mirror, GitCommand command, ScanContext context) =>
        (_folder, Facts, _mirror, _command, _context) = (folder, facts, mirror, command, context);

    public RepositoryFacts Facts { get; }

    /// <summary>The commit.</summary>
    public string Signature => Facts.Commit!;

    /// <exception cref="DataForgeException">It is no git repository, or HEAD names no commit.</exception>
    public static OpenGit Open(
        string text, string folder, RepositoryFacts facts, GitMirror? mirror, GitCommand command, ScanContext context)
    {
        Repository? repository = null;
        try
        {
            repository = new Repository(folder);
            string commit = repository.Head.Tip?.Sha
                ?? throw DataForgeException.Usage($"{text}: HEAD names no commit; check out or commit to the branch that HEAD names.");
            var open = new OpenGit(folder, facts with { Commit = commit }, mirror, command, context);
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
        var tree = new GitTree(_folder, Facts.Commit!, _command, _context.Options, cancellation);
        IReadOnlyList<GitEntry> entries = WithHandle(tree.Walk);
        if (_mirror is not null)
        {
            string[] missing = WithHandle(repository => entries
                .Where(entry => !_context.IsStored(entry.Id) && !repository.ObjectDatabase.Contains(new ObjectId(entry.Id.ToString())))
                .Select(entry => entry.Id.ToString()).Distinct().ToArray());
            if (missing.Length > 0)
            {
                await _mirror.FetchBlobsAsync(missing, cancellation).ConfigureAwait(false);
                Reopen();
            }
        }

        return WithHandle(repository => tree.Finish(repository, entries, _context.StoredSize));
    }

    public ReadFile Read(FoundFile file)
    {
        BlobId id = file.BlobId!.Value;
        if (_context.IsStored(id))
        {
            return new ReadFile(null, 0, file.Size);
        }

        return WithHandle(repository =>
        {
            try
            {
                Blob? blob = repository.Lookup<Blob>(new ObjectId(id.ToString()));
                return blob is null ? ReadFile.Faulty(FaultRules.Unreadable, "the object is missing", file.Size) : Content(blob, id);
            }
            catch (LibGit2SharpException e)
            {
                return ReadFile.Faulty(FaultRules.Unreadable, e.Message, file.Size);
            }
        });
    }

    public void Dispose() => Reopen();

    private static ReadFile Content(Blob blob, BlobId id)
    {
        int length = (int)blob.Size;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        using Stream content = blob.GetContentStream();
        content.ReadExactly(buffer, 0, length);
        if (BlobId.Of(buffer.AsSpan(0, length)) == id)
        {
            return new ReadFile(buffer, length, length);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return ReadFile.Faulty(FaultRules.Unreadable, "the object's content is not what its id says", length);
    }

    // A handle serves one thread at a time.
    private T WithHandle<T>(Func<Repository, T> use)
    {
        Repository handle = _handles.TryTake(out Repository? free) ? free : new Repository(_folder);
        try
        {
            return use(handle);
        }
        finally
        {
            _handles.Add(handle);
        }
    }

    private void Reopen()
    {
        while (_handles.TryTake(out Repository? handle))
        {
            handle.Dispose();
        }
    }
}
