using DataForge.Corpus;

namespace DataForge.Crawler.Fetch;

/// <summary>
/// Who brings which content, among repositories that are under way at the same time: the first of them in the order in which they are
/// written, so that a fork costs only what its origin lacks. What becomes of a claim is known when its repository is listed; a
/// repository that comes later waits for that, and brings the content itself where the first one failed. Claims are dropped when the
/// contents are committed. About 80 bytes a content under way.
/// </summary>
internal sealed class Claims
{
    private readonly Lock _lock = new();
    private readonly Dictionary<BlobId, Claimant> _claims = [];

    /// <summary>
    /// Claims contents for a repository; called in the order in which repositories are written. Returns those it has to bring, those
    /// that another brings, and those that are stored.
    /// </summary>
    public Share Claim(IReadOnlyList<BlobId> ids, Func<BlobId, long> storedSize)
    {
        var claimant = new Claimant();
        var share = new Share(claimant);
        lock (_lock)
        {
            foreach (BlobId id in ids)
            {
                // Claims are looked at before the store: one that is dropped meanwhile is stored by then.
                if (_claims.TryGetValue(id, out Claimant? other))
                {
                    share.Others.Add((id, other));
                }
                else if (storedSize(id) is >= 0 and var size)
                {
                    share.Elsewhere.Add(id, size);
                }
                else
                {
                    share.Wanted.Add(id);
                    claimant.Claimed.Add(id);
                    _claims.Add(id, claimant);
                }
            }
        }

        return share;
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

    /// <summary>A repository that claims.</summary>
    internal sealed class Claimant
    {
        private readonly TaskCompletionSource<Dictionary<BlobId, long>> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What it claimed.</summary>
        public List<BlobId> Claimed { get; } = [];

        /// <summary>The contents it will store, with their bytes.</summary>
        public Task<Dictionary<BlobId, long>> Outcome => _outcome.Task;

        /// <summary>States what it will store; counts once.</summary>
        public void End(Dictionary<BlobId, long> stored) => _outcome.TrySetResult(stored);
    }

    /// <summary>What a repository's contents come to.</summary>
    internal sealed class Share(Claimant claimant)
    {
        /// <summary>The repository.</summary>
        public Claimant Claimant => claimant;

        /// <summary>Contents it has to bring.</summary>
        public List<BlobId> Wanted { get; } = [];

        /// <summary>Contents that an earlier repository may bring.</summary>
        public List<(BlobId Id, Claimant By)> Others { get; } = [];

        /// <summary>Contents that are stored, or will be, with their bytes.</summary>
        public Dictionary<BlobId, long> Elsewhere { get; } = [];

        /// <summary>Waits for the earlier repositories; what they do not store is wanted then.</summary>
        public async Task SettleAsync(CancellationToken cancellation)
        {
            foreach ((BlobId id, Claimant by) in Others)
            {
                Dictionary<BlobId, long> stored = await by.Outcome.WaitAsync(cancellation).ConfigureAwait(false);
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
