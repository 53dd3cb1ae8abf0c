using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Corpus.Runs;
using DataForge.Dedup.Auditing;
using DataForge.Dedup.Dataset;
using DataForge.Dedup.Selection;
using DataForge.Dedup.Steps;

namespace DataForge.Dedup;

/// <summary>What the compiler writes for the serializer about the types of this stage's JSON files.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(IReadOnlyList<SourcePart>))]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(ShardPlan))]
[JsonSerializable(typeof(ClusterReport))]
internal sealed partial class DedupJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Format = CanonicalJson.With(new DedupJson());

    /// <summary>As <see cref="CanonicalJson.Write{T}(T, JsonSerializerOptions)"/>.</summary>
    public static byte[] Write<T>(T value) => CanonicalJson.Write(value, Format);

    /// <summary>As <see cref="CanonicalJson.Read"/>.</summary>
    public static T Read<T>(string path) => CanonicalJson.Read<T>(path, Format);
}
