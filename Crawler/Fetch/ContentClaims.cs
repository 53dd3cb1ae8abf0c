using DataForge.Corpus;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// Decides which of the repositories in progress fetches which content: the first of them in the order in which they are written, so that a
/// fork fetches only what its origin lacks. When a repository is listed it is known which of its claimed contents will be stored. A later
/// repository waits for that, and fetches the others itself. Claims are dropped when the contents are committed. Memory: about 80 bytes per
/// content in progress.
/// </summary>
internal sealed class ContentClaims
{
    private readonly Lock _lock = new();
    private readonly Dictionary<BlobId, Claimant> _claims = [];

    /// <summary>Claims contents for a repository. Called in the order in which repositories are written.</summary>
    /// <param name="ids">The contents that the repository needs, each once.</param>
    /// <param name="storedSize">The size of a content that is stored already, in bytes; −1 where it is not stored.</param>
    public FetchPlan Claim(IReadOnlyList<BlobId> ids, Func<BlobId, long> storedSize)
    {
        var claimant = new Claimant();
        var plan = new FetchPlan(claimant);
        lock (_lock)
        {
            foreach (BlobId id in ids)
            {
                // Claims are looked up before the store: a content whose claim is dropped in between is stored by then.
                if (_claims.TryGetValue(id, out Claimant? other))
                {
                    plan.Pending.Add((id, other));
                }
                else if (storedSize(id) is >= 0 and var size)
                {
                    plan.Elsewhere.Add(id, size);
                }
                else
                {
                    plan.Wanted.Add(id);
                    claimant.Claimed.Add(id);
                    _claims.Add(id, claimant);
                }
            }
        }

        return plan;
    }

    /// <summary>Drops the claims of a repository whose rows are committed.</summary>
    public void Drop(Claimant claimant)
    {
        lock (_lock)
        {
            foreach (BlobId id in claimant.Claimed)
            {
                _claims.Remove(id);
            }
        }
    }

    /// <summary>A repository's claims, and what becomes of them.</summary>
    internal sealed class Claimant
    {
        private readonly TaskCompletionSource<Dictionary<BlobId, long>> _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The contents that it claimed.</summary>
        public List<BlobId> Claimed { get; } = [];

        /// <summary>Completes with the contents that the repository will store, with their sizes in bytes.</summary>
        public Task<Dictionary<BlobId, long>> Stored => _stored.Task;

        /// <summary>Announces which contents the repository will store; only the first call counts.</summary>
        public void Complete(Dictionary<BlobId, long> stored) => _stored.TrySetResult(stored);
    }

    /// <summary>Where each content of a repository comes from.</summary>
    internal sealed class FetchPlan(Claimant claimant)
    {
        /// <summary>The repository's claims.</summary>
        public Claimant Claimant => claimant;

        /// <summary>Contents that the repository has to fetch.</summary>
        public List<BlobId> Wanted { get; } = [];

        /// <summary>Contents that an earlier repository has claimed.</summary>
        public List<(BlobId Id, Claimant By)> Pending { get; } = [];

        /// <summary>Contents that are stored, or will be by an earlier repository, with their sizes in bytes.</summary>
        public Dictionary<BlobId, long> Elsewhere { get; } = [];

        /// <summary>Waits for the earlier repositories; the contents that they do not store are wanted then.</summary>
        public async Task ResolvePendingAsync(CancellationToken cancellation)
        {
            foreach ((BlobId id, Claimant by) in Pending)
            {
                Dictionary<BlobId, long> stored = await by.Stored.WaitAsync(cancellation).ConfigureAwait(false);
                if (stored.TryGetValue(id, out long size))
                {
                    Elsewhere.Add(id, size);
                }
                else
                {
                    Wanted.Add(id);
                }
            }
        }
    }
}
