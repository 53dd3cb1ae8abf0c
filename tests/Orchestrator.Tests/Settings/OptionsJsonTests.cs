using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DataForge.Cleaner;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;
using DataForge.Dedup;
using DataForge.Inspection.Settings;
using DataForge.Pretrain;
using DataForge.Pretrain.Training;

namespace DataForge.Orchestrator.Tests.Settings;

/// <summary>What is written of options is what the serializer of .NET writes of them, to the byte: runs of earlier versions continue.</summary>
public sealed class OptionsJsonTests
{
    private static readonly JsonSerializerOptions Config = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Flatten } },
    };

    private static readonly JsonSerializerOptions Hashed = new(CanonicalJson.Options)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Flatten, LeaveOutNotHashed } },
    };

    [Fact]
    public void Config_defaults_areAsTheSerializerWritesThem() => AssertConfig(new DataForgeOptions());

    [Fact]
    public void Config_everyOptionSet_isAsTheSerializerWritesIt() => AssertConfig(AllSet());

    [Fact]
    public void OfOptions_defaults_hashWhatTheSerializerWrites() => AssertHashes(new DataForgeOptions());

    [Fact]
    public void OfOptions_everyOptionSet_hashWhatTheSerializerWrites() => AssertHashes(AllSet());

    [Fact]
    public void OfOptions_noOptions_hashAnEmptyObject() => AssertHash(new { });

    [Fact]
    public void Config_anyFlags_areAsTheSerializerWritesThem()
    {
        for (int flags = 0; flags <= 64; flags++)
        {
            AssertConfig(new DataForgeOptions { Dedup = new DedupOptions { Tokens = (TokenClasses)flags } });
            AssertHash(new DedupOptions { Tokens = (TokenClasses)flags });
        }
    }

    [Fact]
    public void Config_enumsWithoutAName_areNumbers()
    {
        AssertConfig(new DataForgeOptions { Clean = new CleanOptions { Preset = (CleanPreset)77 } });
        AssertHash(new CleanOptions { Preset = (CleanPreset)(-1) });
    }

    // Each option has a value that it does not have by default.
    private static DataForgeOptions AllSet()
    {
        var options = new DataForgeOptions();
        foreach (PropertyInfo section in typeof(DataForgeOptions).GetProperties())
        {
            Set(section.GetValue(options)!);
        }

        options.Pretrain.Stages = [new StagedOptions(), new StagedOptions { Name = "<nl>", Steps = 3, LearningRate = 1e-5, WarmupSteps = 0 }];
        options.Pretrain.Optimizer = OptimizerKind.AdamW;
        return options;
    }

    private static void Set(object section)
    {
        foreach (PropertyInfo property in section.GetType().GetProperties())
        {
            switch (property.GetValue(section))
            {
                case IOptionTable table:
                    foreach (SectionOption option in table.Options)
                    {
                        table[option.Name] = Value(option.ValueType) ?? table[option.Name];
                    }

                    break;
                case ICollection<string> list:
                    list.Add("a/b");
                    list.Add("'\"<é\u2028\ud83d\ude00\u0001>+&");
                    break;
                default:
                    property.SetValue(section, Value(property.PropertyType) ?? property.GetValue(section));
                    break;
            }
        }
    }

    private static object? Value(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? "été & <b>"
            : type == typeof(bool) ? true
            : type == typeof(int) ? int.MaxValue
            : type == typeof(long) ? long.MinValue
            : type == typeof(ulong) ? ulong.MaxValue
            : type == typeof(double) ? 0.1 + 0.2
            : type.IsEnum ? Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)
            : null;
    }

    private static void AssertConfig(DataForgeOptions options) =>
        Assert.Equal(JsonSerializer.Serialize(options, Config) + "\n", Encoding.UTF8.GetString(RunOptions.Json(options)));

    private static void AssertHashes(DataForgeOptions options)
    {
        foreach (PropertyInfo section in typeof(DataForgeOptions).GetProperties())
        {
            AssertHash(section.GetValue(options)!);
        }
    }

    private static void AssertHash(object options) => Assert.Equal(
        StageHash.Of("stage v3\n" + JsonSerializer.Serialize(options, options.GetType(), Hashed)), StageHash.OfOptions("stage", 3, options));

    // The options of a table are options of the section.
    private static void Flatten(JsonTypeInfo type)
    {
        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            JsonPropertyInfo property = type.Properties[i];
            if (!typeof(IOptionTable).IsAssignableFrom(property.PropertyType))
            {
                continue;
            }

            type.Properties.RemoveAt(i);
            int at = i;
            foreach (SectionOption option in ((IOptionTable)Activator.CreateInstance(property.PropertyType)!).Options)
            {
                string name = type.Options.PropertyNamingPolicy?.ConvertName(option.Name) ?? option.Name;
                JsonPropertyInfo written = type.CreateJsonPropertyInfo(option.ValueType, name);
                written.Get = section => ((IOptionTable)property.Get!(section)!)[option.Name];
                type.Properties.Insert(at++, written);
            }
        }
    }

    private static void LeaveOutNotHashed(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties.Where(property =>
            property.AttributeProvider?.IsDefined(typeof(NotHashedAttribute), inherit: true) == true))
        {
            property.ShouldSerialize = static (_, _) => false;
        }
    }
}
