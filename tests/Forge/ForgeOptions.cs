using DataForge.Forge.Limits;
using DataForge.Forge.Repositories;

namespace DataForge.Forge;

/// <summary>The options of the forge.</summary>
public sealed record ForgeOptions
{
    /// <summary>The port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The rate limits.</summary>
    public LimitSizes Limits { get; init; } = LimitSizes.GitHub;

    /// <summary>The forge's clock; a <see cref="SimulatedClock"/> stands still while requests are in flight.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Tokens and the users they belong to; a user may have several. Any other token is answered with 401.</summary>
    public IReadOnlyDictionary<string, ForgeOwner> Tokens { get; init; } = new Dictionary<string, ForgeOwner>();

    /// <summary>Whether git asks for a token, as GitHub does for private repositories.</summary>
    public bool GitNeedsToken { get; init; }
}
