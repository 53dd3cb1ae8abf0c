using DataForge.Cleaner.Decontamination;
using DataForge.Corpus;

namespace DataForge.Cleaner.Rules.All;

/// <summary>Paths through folders that hold copies of other projects' code.</summary>
internal sealed class VendoredRule : OccurrenceRule
{
    private static readonly string[] Folders =
    [
        "site-packages", "dist-packages", "vendor", "vendors", "vendored", "_vendor", "_vendored", "_vendored_packages", "node_modules",
        "bower_components", "third_party", "third-party", "thirdparty", "3rdparty", "3rd_party",
    ];

    private static readonly HashSet<string> FolderSet = new(Folders, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string Name => RuleNames.Vendored;

    /// <inheritdoc/>
    public override string Sentence => "Copies of other projects: paths through folders such as site-packages, vendor or third_party.";

    /// <inheritdoc/>
    public override string Detail =>
        $"The folders, in any case: {string.Join(", ", Folders.Select(folder => $"`{folder}`"))}. "
        + "Files that are kept are marked (`is_vendor`).";

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [nameof(CleanOptions.KeepVendored)];

    /// <summary>The first vendored folder that a path goes through; null if it goes through none.</summary>
    public static string? FolderIn(string path)
    {
        var lookup = FolderSet.GetAlternateLookup<ReadOnlySpan<char>>();
        int start = 0;
        for (int slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', start))
        {
            if (lookup.TryGetValue(path.AsSpan(start, slash - start), out string? folder))
            {
                return folder;
            }

            start = slash + 1;
        }

        return null;
    }

    /// <inheritdoc/>
    public override AppliedRule? Applied(CleanOptions options, RuleSettings settings, BenchmarkIndex? benchmarks) =>
        options.KeepVendored ? null : new AppliedRule(Name, "", "");

    /// <inheritdoc/>
    public override OccurrenceCheck? Build(OccurrenceContext context) =>
        context.Options.KeepVendored ? null : (_, folder) => folder is null ? null : new Finding(Name, folder, "");
}
