using System.Collections.Concurrent;

namespace DataForge.Forge.Git;

/// <summary>The traffic of a repository through git and archives.</summary>
/// <param name="Fetches">Requests for packs (<c>git-upload-pack</c> with a fetch command).</param>
/// <param name="Requests">Requests of any kind.</param>
/// <param name="BytesSent">Bytes of the responses' bodies.</param>
/// <param name="BytesReceived">Bytes of the requests' bodies.</param>
public readonly record struct RepositoryTraffic(long Fetches, long Requests, long BytesSent, long BytesReceived);

/// <summary>Traffic by repository. Thread-safe.</summary>
public sealed class GitTraffic
{
    private readonly ConcurrentDictionary<long, RepositoryTraffic> _byRepository = [];

    /// <summary>The traffic of one repository.</summary>
    public RepositoryTraffic this[long repository] => _byRepository.GetValueOrDefault(repository);

    /// <summary>The traffic of each repository that was requested.</summary>
    public IReadOnlyDictionary<long, RepositoryTraffic> ByRepository => _byRepository;

    /// <summary>All traffic together.</summary>
    public RepositoryTraffic Total => _byRepository.Values.Aggregate(
        default(RepositoryTraffic),
        (sum, one) => new(
            sum.Fetches + one.Fetches, sum.Requests + one.Requests, sum.BytesSent + one.BytesSent, sum.BytesReceived + one.BytesReceived));

    /// <summary>Resets all counts.</summary>
    public void Clear() => _byRepository.Clear();

    internal void Add(long repository, bool isFetch, long sent, long received) => _byRepository.AddOrUpdate(
        repository,
        _ => new(isFetch ? 1 : 0, 1, sent, received),
        (_, old) => new(old.Fetches + (isFetch ? 1 : 0), old.Requests + 1, old.BytesSent + sent, old.BytesReceived + received));
}
