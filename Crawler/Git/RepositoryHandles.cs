using System.Buffers;
using System.Collections.Concurrent;
using DataForge.Corpus;
using DataForge.Crawler.Sources;
using LibGit2Sharp;

namespace DataForge.Crawler.Git;

/// <summary>A pool of open handles of one repository on disk; each serves one thread at a time. Thread-safe.</summary>
internal sealed class RepositoryHandles(string folder) : IDisposable
{
    private readonly ConcurrentBag<Repository> _free = [];

    /// <summary>Adds an open handle to the pool.</summary>
    public void Add(Repository handle) => _free.Add(handle);

    /// <summary>Calls a function with a handle of the pool, or with a new one where all are in use.</summary>
    public T With<T>(Func<Repository, T> use)
    {
        Repository handle = _free.TryTake(out Repository? free) ? free : new Repository(folder);
        try
        {
            return use(handle);
        }
        finally
        {
            _free.Add(handle);
        }
    }

    /// <summary>Whether the repository holds an object.</summary>
    public static bool Contains(Repository repository, BlobId id) => repository.ObjectDatabase.Contains(new ObjectId(id.ToString()));

    /// <summary>Reads a content.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="size">Its size in bytes, which the caller found to be within the limits.</param>
    public ReadFile Read(BlobId id, long size) => With(repository =>
    {
        try
        {
            Blob? blob = repository.Lookup<Blob>(new ObjectId(id.ToString()));
            return blob is null ? ReadFile.Faulty(RuleNames.Unreadable, "the object is missing", size) : Content(blob, id);
        }
        catch (LibGit2SharpException e)
        {
            return ReadFile.Faulty(RuleNames.Unreadable, e.Message, size);
        }
    });

    /// <summary>Closes the handles. The pool stays usable: new handles see what was added to the repository meanwhile.</summary>
    public void Dispose()
    {
        while (_free.TryTake(out Repository? handle))
        {
            handle.Dispose();
        }
    }

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
        return ReadFile.Faulty(RuleNames.Unreadable, "the object's content does not match its id", length);
    }
}
