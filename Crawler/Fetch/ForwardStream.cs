using DataForge.Corpus;

namespace DataForge.Crawler.Fetch;

/// <summary>A stream that can only be read forward and asynchronously; all other operations throw.</summary>
internal abstract class ForwardStream : ReadOnlyStream
{
    /// <inheritdoc/>
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public sealed override int Read(Span<byte> buffer) => throw new NotSupportedException();
}
