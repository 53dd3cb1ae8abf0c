using DataForge.Corpus;
using DataForge.Corpus.OptOuts;

namespace DataForge.Cleaner.Rules;

/// <summary>
/// Rules about where a file was found, in order of rank: what the crawl could not store, opt-outs, vendored folders, names, stars. The rule
/// about licences comes behind these, where the file's own header is known.
/// </summary>
internal sealed class OccurrenceRules(RuleThresholds thresholds, bool keepVendored, OptOutList optOuts, WorkspaceOptOuts removed)
{
    /// <summary>Why the occurrence must leave; null where it passes.</summary>
    public Finding? Judge(Occurrence row, bool isVendored)
    {
        if (row.Fault is { } fault)
        {
            return new Finding(fault, row.Size >= 0 ? row.Size.ToString(System.Globalization.CultureInfo.InvariantCulture) : "", "");
        }

        if ((optOuts.Find(row.Repository.Name, row.Path) ?? removed.Find(row.Repository.Id, row.Repository.Name)) is { } optOut)
        {
            return new Finding("opt_out", optOut, "");
        }

        if (isVendored && !keepVendored)
        {
            return new Finding("vendored", VendoredPath.FolderIn(row.Path)!, "");
        }

        if (thresholds.DropNames && NameOf(row.Path) is { } name)
        {
            return new Finding("name", name, "");
        }

        return thresholds.MinStars is { } least and > 0 && row.Repository.Stars is { } stars && stars < least ? Finding.Of("stars", stars, least) : null;
    }

    /// <summary>PyCodeGPT's names: which of them the path has, or null.</summary>
    private static string? NameOf(string path)
    {
        ReadOnlySpan<char> name = path.AsSpan(path.LastIndexOf('/') + 1);
        return name is "__init__.py" ? "__init__.py" : name is "setup.py" ? "setup.py" : name.EndsWith("_pb2.py", StringComparison.Ordinal) ? "*_pb2.py" : null;
    }
}

/// <summary>Folders that hold other projects' code.</summary>
internal static class VendoredPath
{
    private static readonly HashSet<string> Folders = new(StringComparer.OrdinalIgnoreCase)
    {
        "site-packages", "dist-packages", "vendor", "vendors", "vendored", "_vendor", "_vendored", "_vendored_packages", "node_modules", "bower_components",
        "third_party", "third-party", "thirdparty", "3rdparty", "3rd_party",
    };

    /// <summary>The first vendored folder that the path goes through; null where it goes through none.</summary>
    public static string? FolderIn(string path)
    {
        var lookup = Folders.GetAlternateLookup<ReadOnlySpan<char>>();
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
}
