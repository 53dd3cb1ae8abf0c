using System.Text;
using DataForge.Corpus;

namespace DataForge.Cleaner.Tests.Licenses;

/// <summary>A small repository with one Python file, made by a generator.</summary>
/// <param name="Kind">What was done to the licence.</param>
/// <param name="License">The licence's id.</param>
/// <param name="Files">The repository.</param>
internal sealed record GeneratedLicenseCase(string Kind, string License, List<(string Path, byte[] Content)> Files)
{
    /// <summary>Where the Python file is.</summary>
    public const string Module = "pkg/module.py";

    /// <summary>A repository of a licence file and a Python file without a header.</summary>
    public static GeneratedLicenseCase OfFile(string kind, string license, string path, string text) =>
        new(kind, license, [(path, Encoding.UTF8.GetBytes(text)), (Module, Encoding.UTF8.GetBytes("import os\n\nprint(os.name)\n"))]);

    /// <summary>A repository of a Python file under a header, and a licence file where one is given.</summary>
    public static GeneratedLicenseCase OfHeader(string kind, string license, string header, string? folder)
    {
        List<(string, byte[])> files = folder is null ? [] : [("LICENSE", Encoding.UTF8.GetBytes(folder))];
        files.Add((Module, Encoding.UTF8.GetBytes(header + "\nimport os\n\nprint(os.name)\n")));
        return new GeneratedLicenseCase(kind, license, files);
    }

    /// <summary>What is shown of the case where it fails.</summary>
    public string Describe((string Expression, LicenseClass Class, string Source) found)
    {
        var text = new StringBuilder($"=== {Kind}, made of {License}: found {found.Expression} ({found.Class}) from {found.Source}\n");
        foreach ((string path, byte[] content) in Files.Where(file => file.Path != Module || file.Content.Length > 40))
        {
            string all = Encoding.UTF8.GetString(content);
            string shown = all.Length <= 1600 ? all : string.Concat(all.AsSpan(0, 700), "\n[…]\n", all.AsSpan(all.Length - 800));
            text.Append($"--- {path}\n{shown}\n");
        }

        return text.ToString();
    }
}
