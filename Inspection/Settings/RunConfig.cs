using System.Text.Json.Nodes;
using DataForge.Corpus.Runs;

namespace DataForge.Inspection.Settings;

/// <summary>Single values of a run's <c>config.json</c>, for reports.</summary>
internal static class RunConfig
{
    /// <summary>The licence classes that pass; none if the run has no such file.</summary>
    public static IReadOnlyList<string> LicensePolicy(Run run) =>
        File.Exists(run.ConfigFile)
        && JsonNode.Parse(File.ReadAllBytes(run.ConfigFile))?["Clean"]?["LicensePolicy"] is JsonArray policy
            ? [.. policy.Select(name => name!.ToString())]
            : [];
}
