using System.Globalization;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Rules.All;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Rules;

/// <summary>The presets are what <c>docs/rules.md</c> says, and each of their rules can be set alone.</summary>
public class PresetTests
{
    private static readonly PresetOption[] Declared = [.. RuleSettings.InOrder.OfType<PresetOption>()];

    public static IEnumerable<TheoryDataRow<CleanPreset>> Presets() =>
        Enum.GetValues<CleanPreset>().Select(preset => new TheoryDataRow<CleanPreset>(preset));

    [Theory]
    [MemberData(nameof(Presets))]
    public void Thresholds_ofPreset_areThoseOfTheDocument(CleanPreset preset)
    {
        Dictionary<string, string> documented = Documented(preset);
        RuleSettings settings = RuleSettings.Of(new CleanOptions { Preset = preset });
        foreach (PresetOption option in Declared)
        {
            string value = settings[option] switch
            {
                null or false => "",
                true => "yes",
                object number => ((IFormattable)number).ToString(null, CultureInfo.InvariantCulture),
            };
            Assert.Equal((option.Name, documented.GetValueOrDefault(option.Name, "")), (option.Name, value));
        }
    }

    public static IEnumerable<TheoryDataRow<string>> Options() => Declared.Select(option => new TheoryDataRow<string>(option.Name));

    [Theory]
    [MemberData(nameof(Options))]
    public void Option_setAlone_changesItsThresholdInEveryPresetAndNoOther(string name)
    {
        PresetOption option = Declared.Single(option => option.Name == name);
        foreach (CleanPreset preset in Enum.GetValues<CleanPreset>())
        {
            var options = new CleanOptions { Preset = preset };
            RuleSettings before = RuleSettings.Of(options);
            object set = before[option] is bool isOn ? !isOn : option.Convert(option.ValueType == typeof(double?) ? 0.5 : 77);
            options.Rules[option] = set;
            RuleSettings after = RuleSettings.Of(options);
            Assert.Equal(name, Assert.Single(Declared, other => !Equals(before[other], after[other])).Name);
            Assert.Equal(set, after[option]);
        }
    }

    [Theory]
    [InlineData("a/site-packages/b.py", "site-packages")]
    [InlineData("vendor/b.py", "vendor")]
    [InlineData("x/node_modules/y/b.py", "node_modules")]
    [InlineData("Third_Party/b.py", "third_party")]
    [InlineData("pip/_vendor/b.py", "_vendor")]
    [InlineData("vendor.py", null)]
    [InlineData("myvendor/b.py", null)]
    public void FolderIn_path_isTheVendoredFolder(string path, string? folder) => Assert.Equal(folder, VendoredRule.FolderIn(path));

    // The table under "Presets": option names and a column for each preset.
    private static Dictionary<string, string> Documented(CleanPreset preset)
    {
        string path = Path.Combine(SharedFiles.ProjectRoot, "docs", "rules.md");
        string[][] rows = [
            .. File.ReadLines(path)
                .SkipWhile(line => !line.StartsWith("| option |", StringComparison.Ordinal))
                .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
        int column = Array.IndexOf(rows[0], preset.ToString());
        Assert.True(column > 0, $"{preset} has no column");
        var documented = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] row in rows[2..].Where(row => row[column].Length > 0))
        {
            string[] names = row[0].Split(", ");
            string[] values = row[column].Split(", ");
            for (int i = 0; i < names.Length; i++)
            {
                documented[names[i].Trim('`')] = (values.Length == names.Length ? values[i] : values[0])
                    .Replace(",", "", StringComparison.Ordinal);
            }
        }

        return documented;
    }
}
