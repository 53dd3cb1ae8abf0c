using System.Text.Json;
using Octokit.Internal;

namespace DataForge.Crawler.GitHub;

/// <summary>
/// Gives Octokit the project's models (<see cref="SearchPage"/> and others). Octokit's own lack what a crawl needs (<c>disabled</c>), hold
/// counts in 32 bits, and fail for a whole page where one repository has no date or a visibility that is not known yet.
/// </summary>
internal sealed class OctokitSerializer : IJsonSerializer
{
    /// <inheritdoc/>
    public string Serialize(object item) => throw new NotSupportedException("Nothing is sent but requests without a body.");

    /// <inheritdoc/>
    public T Deserialize<T>(string json) =>
        (T?)JsonSerializer.Deserialize(json, Json.Default.GetTypeInfo(typeof(T))!) ?? throw new JsonException("the answer is null");
}
