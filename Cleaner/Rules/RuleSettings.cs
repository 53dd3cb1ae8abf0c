using System.Text.Json;
using DataForge.Cleaner.Rules.All;
using DataForge.Cleaner.Text;

namespace DataForge.Cleaner.Rules;

/// <summary>The settings of all rules as they apply: what the user set, else what the preset says. A rule without a value is off.</summary>
internal sealed class RuleSettings
{
    // Options came to be written in this order, into config.json, rules.json and the options hash: it stays, so that parts that earlier
    // versions computed are found again. A setting that is not listed here comes behind, in order of its name.
    private static readonly PresetValue[] WrittenFirst =
    [
        SizeRule.MaxBytes, LinesMinRule.MinLines, LinesMaxRule.MaxLines, LineMeanRule.MaxMeanLine, LineMaxRule.MaxLine,
        AlphanumericRule.MinAlphanumeric, AlphabeticRule.MinAlphabetic, CodeCharactersRule.MinCodeCharacters, DigitsRule.MaxDigits,
        KeywordsRule.MinKeywords, SyntaxRule.MustParse, Python2Rule.KeepPython2, GeneratedRule.DropGenerated,
        GeneratedRule.GeneratedMarkers, ConfigOrTestRule.ConfigOrTestDrop, NoKeywordsRule.NoKeywordsDrop, FewAssignmentsRule.MinAssignments,
        CharactersPerTokenRule.MinCharactersPerToken, XmlRule.DropXml, EncodedDataRule.DropEncodedData, CommentShareRule.MinCommentShare,
        CommentShareRule.MaxCommentShare, StarsRule.MinStars, FileNameRule.DropNames, LicenseHeader.StripLicenseHeader,
    ];

    private readonly Dictionary<PresetValue, object> _values = [];

    private RuleSettings(Func<PresetValue, object?> valueOf)
    {
        foreach (PresetValue setting in InOrder)
        {
            if (valueOf(setting) is { } value)
            {
                _values[setting] = value;
            }
        }
    }

    /// <summary>All settings, in the order in which they are written.</summary>
    public static IReadOnlyList<PresetValue> InOrder { get; } =
    [
        .. WrittenFirst,
        .. RuleList.All
            .SelectMany(rule => rule.Settings)
            .Distinct()
            .Except(WrittenFirst)
            .OrderBy(setting => setting.Name, StringComparer.Ordinal),
    ];

    /// <summary>The settings, by their names in <c>rules.json</c>, in order.</summary>
    public OrderedDictionary<string, object> Written => new(
        InOrder.Where(_values.ContainsKey).Select(setting => KeyValuePair.Create(setting.JsonName, _values[setting])));

    /// <summary>The settings that a stage's options give.</summary>
    public static RuleSettings Of(CleanOptions options) =>
        new(setting => (setting is PresetOption option ? options.Rules[option] : null) ?? setting.Of(options.Preset));

    /// <summary>Reads settings from <c>rules.json</c>.</summary>
    public static RuleSettings Read(JsonElement json) =>
        new(setting => json.TryGetProperty(setting.JsonName, out JsonElement value) ? setting.Read(value) : setting.Missing);

    /// <summary>A setting's value; null if it has none.</summary>
    public object? this[PresetValue setting] => _values.GetValueOrDefault(setting);

    /// <summary>Whether a switch is on.</summary>
    public bool IsOn(PresetSwitch setting) => _values.GetValueOrDefault(setting) is true;

    /// <summary>A number's value; null if it has none.</summary>
    public double? Number(PresetOption setting) => _values.TryGetValue(setting, out object? value) ? Convert.ToDouble(value, null) : null;

    /// <summary>The words of a list.</summary>
    public string[] Words(PresetWords setting) => (string[])_values[setting];
}
