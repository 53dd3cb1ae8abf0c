namespace DataForge.Cleaner.Rules;

/// <summary>Thresholds of all rules as they apply; null turns a rule off.</summary>
internal sealed record RuleThresholds
{
    public long? MaxBytes { get; init; }

    public int? MinLines { get; init; }

    public int? MaxLines { get; init; }

    public double? MaxMeanLine { get; init; }

    public int? MaxLine { get; init; }

    public double? MinAlphanumeric { get; init; }

    public double? MinAlphabetic { get; init; }

    public double? MinCodeCharacters { get; init; }

    public double? MaxDigits { get; init; }

    public int? MinKeywords { get; init; }

    public bool MustParse { get; init; }

    public bool KeepPython2 { get; init; }

    public bool DropGenerated { get; init; }

    public double? ConfigOrTestDrop { get; init; }

    public double? NoKeywordsDrop { get; init; }

    public int? MinAssignments { get; init; }

    public double? MinCharactersPerToken { get; init; }

    public bool DropXml { get; init; }

    public bool DropEncodedData { get; init; }

    public double? MinCommentShare { get; init; }

    public double? MaxCommentShare { get; init; }

    public int? MinStars { get; init; }

    public bool DropNames { get; init; }

    public bool StripLicenseHeader { get; init; }

    /// <summary>The thresholds of a preset, with the options over them.</summary>
    public static RuleThresholds Of(CleanOptions options)
    {
        RuleThresholds preset = Preset(options.Preset);
        return new RuleThresholds
        {
            MaxBytes = options.MaxBytes ?? preset.MaxBytes,
            MinLines = options.MinLines ?? preset.MinLines,
            MaxLines = options.MaxLines ?? preset.MaxLines,
            MaxMeanLine = options.MaxMeanLine ?? preset.MaxMeanLine,
            MaxLine = options.MaxLine ?? preset.MaxLine,
            MinAlphanumeric = options.MinAlphanumeric ?? preset.MinAlphanumeric,
            MinAlphabetic = options.MinAlphabetic ?? preset.MinAlphabetic,
            MinCodeCharacters = options.MinCodeCharacters ?? preset.MinCodeCharacters,
            MaxDigits = options.MaxDigits ?? preset.MaxDigits,
            MinKeywords = options.MinKeywords ?? preset.MinKeywords,
            MustParse = options.MustParse ?? preset.MustParse,
            KeepPython2 = options.KeepPython2,
            DropGenerated = options.DropGenerated ?? preset.DropGenerated,
            ConfigOrTestDrop = options.ConfigOrTestDrop ?? preset.ConfigOrTestDrop,
            NoKeywordsDrop = options.NoKeywordsDrop ?? preset.NoKeywordsDrop,
            MinAssignments = options.MinAssignments ?? preset.MinAssignments,
            MinCharactersPerToken = options.MinCharactersPerToken ?? preset.MinCharactersPerToken,
            DropXml = options.DropXml ?? preset.DropXml,
            DropEncodedData = options.DropEncodedData ?? preset.DropEncodedData,
            MinCommentShare = options.MinCommentShare ?? preset.MinCommentShare,
            MaxCommentShare = options.MaxCommentShare ?? preset.MaxCommentShare,
            MinStars = options.MinStars ?? preset.MinStars,
            DropNames = options.DropNames ?? preset.DropNames,
            StripLicenseHeader = options.StripLicenseHeader ?? preset.StripLicenseHeader,
        };
    }

    private static RuleThresholds Preset(CleanPreset preset)
    {
        var lines = new RuleThresholds { MaxMeanLine = 100, MaxLine = 1000 };
        RuleThresholds starCoder = lines with { MaxLines = 100_000, MinAlphabetic = 0.25, DropXml = true, DropGenerated = true, DropEncodedData = true };
        return preset switch
        {
            CleanPreset.PyCodeGpt => lines with
            {
                MaxBytes = 1 << 20, MinLines = 5, MinCodeCharacters = 0.98, DropNames = true, StripLicenseHeader = true, MustParse = true, MinKeywords = 3,
            },
            CleanPreset.CodeParrot => lines with
            {
                MinAlphanumeric = 0.25, MinCharactersPerToken = 1.5, DropGenerated = true, ConfigOrTestDrop = 0.7, NoKeywordsDrop = 0.7, MinAssignments = 5,
            },
            CleanPreset.Codex => lines with { MinAlphanumeric = 0.25, DropGenerated = true },
            CleanPreset.StarCoder => starCoder,
            CleanPreset.SantaCoder => starCoder with { MinCommentShare = 0.01, MaxCommentShare = 0.8, MinStars = 5, MinCharactersPerToken = 2.5 },
            _ => new RuleThresholds(),
        };
    }
}
