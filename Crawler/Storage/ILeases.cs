namespace DataForge.Crawler.Storage;

/// <summary>
/// How several crawlers share one catalog and one workspace. Fetching, which waits for the network, is shared: each crawler leases
/// repositories and brings them into the workspace's folder of mirrors. Writing raw parts is one crawler's work at a time, in the order of
/// the repositories' numbers, so that there is one order and the bytes are those of one crawler alone; when it dies, another takes over
/// behind the last committed part.
/// <para>A lease ends when it is completed or released, when its time is over, or when its holder's connection (SQLite: its process) ends,
/// which the others see at once. A holder whose time is over keeps what nobody else has taken. Work that two crawlers do after all is done
/// twice with the same result; a part that two would commit is refused to the one that was replaced
/// (<see cref="TryBecomeWriter"/>).</para>
/// <para>Each method is one transaction, and safe from several threads. The threads of one catalog are one worker.</para>
/// </summary>
internal interface ILeases
{
    /// <summary>Adds repositories to a queue; those that it has already, done or not, stay as they are.</summary>
    /// <param name="queue">Its name: one for each round of each query, for example.</param>
    /// <param name="repositories">Their numbers.</param>
    /// <param name="cancellation">Ends it between rows; nothing is added then.</param>
    void AddWork(string queue, IEnumerable<long> repositories, CancellationToken cancellation);

    /// <summary>
    /// Leases the first repositories, by their numbers, that are not done and that no other worker holds.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="duration">How long, if they are not renewed.</param>
    /// <returns>In order of their numbers; none where others hold all that is left.</returns>
    IReadOnlyList<long> TryLeaseRepositories(string queue, int count, TimeSpan duration);

    /// <summary>Makes all leases of this worker, of every queue and the writer's, last so long from now. Returns how many it holds.</summary>
    int Renew(TimeSpan duration);

    /// <summary>States that a leased repository is done.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="repository">Its number.</param>
    /// <param name="outcome">What came of it, in a word; null where there is nothing to say.</param>
    /// <returns>Whether this worker still held it. If not, another does it again, and this one need do nothing.</returns>
    bool Complete(string queue, long repository, string? outcome);

    /// <summary>
    /// Marks a repository as done without a lease, so that nobody leases it; the caller does it, or has no need to.
    /// </summary>
    /// <returns>False where another worker holds it just now: ask again.</returns>
    bool TryTakeOver(string queue, long repository);

    /// <summary>Gives a leased repository back undone.</summary>
    void Release(string queue, long repository);

    /// <summary>Whether some repository is not done yet, leased ones included.</summary>
    bool HasOpenWork(string queue);

    /// <summary>The outcome of a repository, and whether it is done; null where the queue does not have it.</summary>
    (bool IsDone, string? Outcome)? FindWork(string queue, long repository);

    /// <summary>Forgets a queue.</summary>
    void DropWork(string queue);

    /// <summary>
    /// Makes this worker the one that writes raw parts, if no other is. From then on a commit is refused where another worker has taken
    /// over meanwhile, however late this one notices.
    /// </summary>
    /// <returns>Whether it is the writer; also true where it was already.</returns>
    bool TryBecomeWriter(TimeSpan duration);

    /// <summary>Lets another worker write.</summary>
    void ReleaseWriter();

    /// <summary>Who is at work now: number, name, repositories and windows leased, and whether it writes.</summary>
    IReadOnlyList<(long Id, string Name, long Leases, bool IsWriter)> Workers();
}
