using System.Text.Json;
using System.Text.Json.Serialization;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Steps;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner;

/// <summary>What the compiler writes for the serializer about the types of this stage's JSON files.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PartEvidence))]
[JsonSerializable(typeof(List<SurvivorGroup>))]
[JsonSerializable(typeof(RulesFile))]
internal sealed partial class CleanerJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Format = CanonicalJson.With(new CleanerJson());

    /// <summary>As <see cref="CanonicalJson.Write{T}(T, JsonSerializerOptions)"/>.</summary>
    public static byte[] Write<T>(T value) => CanonicalJson.Write(value, Format);

    /// <summary>As <see cref="CanonicalJson.Read"/>.</summary>
    public static T Read<T>(string path) => CanonicalJson.Read<T>(path, Format);
}
