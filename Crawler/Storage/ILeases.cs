namespace DataForge.Crawler.Storage;

/// <summary>
/// How several crawlers share one catalog and one workspace. Fetching, which waits for the network, is shared: each crawler leases
/// repositories and fetches them into the workspace's folder of mirrors. Raw parts are written by one crawler at a time
/// (<see cref="IWriterLease"/>), in the order of the repositories' ids, so that the bytes are the same as with one crawler alone; when
/// the writer dies, another one continues behind the last committed part.
/// <para>A lease ends when it is completed or released, when it expires, or when its holder's connection (SQLite: its process) ends, which
/// the others see at once. The holder of an expired lease keeps the repositories that no other worker has leased since. Work that two
/// crawlers do all the same gives the same result twice.</para>
/// <para>Each method is one transaction, and safe from several threads. The threads of one catalog are one worker.</para>
/// </summary>
internal interface ILeases
{
    /// <summary>Adds repositories to a queue; those that are in it already, done or not, do not change.</summary>
    /// <param name="queue">Its name, for example one for each round of each query.</param>
    /// <param name="repositories">Their ids.</param>
    /// <param name="cancellation">Stops between rows; nothing is added then.</param>
    void AddWork(string queue, IEnumerable<long> repositories, CancellationToken cancellation);

    /// <summary>Leases the first repositories, by id, that are not done and that no other worker holds.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="count">The maximum number.</param>
    /// <param name="duration">The time until the leases expire, unless they are renewed.</param>
    /// <returns>Their ids in ascending order; none where other workers hold all open ones.</returns>
    IReadOnlyList<long> TryLeaseRepositories(string queue, int count, TimeSpan duration);

    /// <summary>
    /// Makes all leases of this worker, of every queue and of the writer, expire after this time from now. Returns how many it holds.
    /// </summary>
    int Renew(TimeSpan duration);

    /// <summary>Marks a leased repository as done.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="repository">Its id.</param>
    /// <param name="outcome">The result in a word; null for none.</param>
    /// <returns>Whether this worker still held the lease. If not, another worker does the repository again.</returns>
    bool Complete(string queue, long repository, string? outcome);

    /// <summary>
    /// Marks a repository as done without a lease, so that no worker leases it; the caller does the work, or knows that there is none.
    /// </summary>
    /// <returns>False where another worker holds it: try again later.</returns>
    bool TryTakeOver(string queue, long repository);

    /// <summary>Ends the lease of a repository that is not done.</summary>
    void Release(string queue, long repository);

    /// <summary>Whether some repository is not done yet, leased ones included.</summary>
    bool HasOpenWork(string queue);

    /// <summary>Whether a repository is done, and its outcome; null if it is not in the queue.</summary>
    (bool IsDone, string? Outcome)? FindWork(string queue, long repository);

    /// <summary>Deletes a queue.</summary>
    void DropWork(string queue);
}

/// <summary>
/// The lease that only one worker at a time holds: that of the crawler that writes raw parts. A worker that has held it, and was replaced
/// meanwhile, cannot commit a part any more, however late it notices.
/// </summary>
internal interface IWriterLease
{
    /// <summary>Makes this worker the writer, unless another worker is.</summary>
    /// <param name="duration">The time until the lease expires, unless it is renewed (<see cref="ILeases.Renew"/>).</param>
    /// <returns>Whether it is the writer; also true if it was already.</returns>
    bool TryAcquire(TimeSpan duration);

    /// <summary>Ends the lease, so that another worker can write.</summary>
    void Release();
}
