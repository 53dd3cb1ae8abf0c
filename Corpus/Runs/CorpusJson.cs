using System.Text.Json.Serialization;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;

namespace DataForge.Corpus.Runs;

/// <summary>
/// What the compiler writes for the serializer about the types of this project that every stage reads or writes: a process that looked at
/// the types while it runs would need about 0.05 s for that.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(ManifestEntry))]
[JsonSerializable(typeof(RunInput))]
[JsonSerializable(typeof(AppliedRules))]
[JsonSerializable(typeof(WorkspaceOptOuts))]
internal sealed partial class CorpusJson : JsonSerializerContext;
