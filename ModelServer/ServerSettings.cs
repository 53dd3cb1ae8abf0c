using System.Net;
using DataForge.Pretrain.Generation;

namespace DataForge.ModelServer;

/// <summary>How a model is served.</summary>
/// <param name="ModelName">The name that clients ask for.</param>
public sealed record ServerSettings(string ModelName)
{
    /// <summary>The address that it listens at. Default: the loopback, which other machines cannot reach.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>Other host names of the server, as in a request's Host header.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>Texts that grow at a time.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Texts that wait for a place; a request that would make more of them wait is refused.</summary>
    public int Queue { get; init; } = 256;

    /// <summary>The marks by which the model was taught to fill a gap.</summary>
    public InfillingForm Infilling { get; init; } = InfillingForm.Fim;

    /// <summary>The most bytes of a request's body.</summary>
    public long MostBodyBytes { get; init; } = 4 << 20;
}
