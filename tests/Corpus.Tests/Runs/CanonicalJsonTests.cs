using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DataForge.Corpus.Events;
using DataForge.Corpus.OptOuts;
using DataForge.Corpus.Runs;

namespace DataForge.Corpus.Tests.Runs;

public sealed class CanonicalJsonTests
{
    private static readonly JsonSerializerOptions ByReflection =
        new(CanonicalJson.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public static TheoryData<Type> Types =>
    [
        typeof(ManifestEntry), typeof(ManifestOutput), typeof(RunInput), typeof(RawPart), typeof(RepositorySnapshot), typeof(AppliedRules),
        typeof(AppliedRule), typeof(WorkspaceOptOuts),
        .. typeof(Event).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType),
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Options_typeOfTheProject_samePropertiesAsByReflection(Type type)
    {
        // A property that the compiler's code writes under another name or at another place would change the bytes of old files.
        Assert.Equal(Described(ByReflection, type), Described(CanonicalJson.Options, type));
    }

    [Fact]
    public void Write_entryWithEverything_sameBytesAsByReflection()
    {
        var entry = new ManifestEntry
        {
            Stage = "clean", Part = "part-00000", InputHash = "a\"ü", OptionsHash = "b", Codecs = "zstd 1.5.7",
            Outputs = [new ManifestOutput("2-clean/part-00000.parquet", 12, "cd", 3), new ManifestOutput("2-clean/rules.json", 5, "ef")],
            Counts = new Counts.CountTable { [Counts.CountName.ContentsOut] = 7 },
        };

        byte[] written = CanonicalJson.Write(entry);

        Assert.Equal([.. JsonSerializer.SerializeToUtf8Bytes(entry, ByReflection), (byte)'\n'], written);
    }

    private static IEnumerable<string> Described(JsonSerializerOptions options, Type type) =>
        options.GetTypeInfo(type).Properties.OrderBy(property => property.Order)
            .Select(property => $"{property.Name} {property.PropertyType.Name} {property.IsRequired} {property.Set is not null}");
}
