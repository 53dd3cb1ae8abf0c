using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>
/// The evidence about one folder, prepared because it is asked for often, and a folder of installed packages has hundreds of
/// pieces.
/// </summary>
internal sealed class EvidenceFolder
{
    /// <summary>The pieces of evidence, each with its path and, for an installed project, the project's name.</summary>
    public List<(string Path, Evidence Evidence, string? Project)> Items { get; } = [];

    /// <summary>The names of the installed projects that the evidence is about.</summary>
    public HashSet<string> Projects { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Debian's files, with their paragraphs that are not for all files: the one for all files is about the package, as any licence
    /// text is; a narrower one was written for the files it names.
    /// </summary>
    public List<(Evidence Evidence, FilesParagraph[] Narrow)> Debian { get; } = [];

    /// <summary>Paths to which a text gives a licence less free than to the rest.</summary>
    public List<FilesParagraph> Scopes { get; } = [];

    /// <summary>Adds a piece of evidence.</summary>
    public void Add(string path, Evidence evidence)
    {
        string? project = EvidencePath.ProjectOf(path);
        Items.Add((path, evidence, project));
        if (project is not null)
        {
            Projects.Add(project);
        }

        Scopes.AddRange(evidence.Scopes ?? []);

        if (evidence.Files is { } files)
        {
            Debian.Add((evidence, [.. files.Where(paragraph => !paragraph.Patterns.Contains("*"))]));
        }
    }

    /// <summary>What is found for the folder, or for one path of it that a text gives a licence less free.</summary>
    /// <param name="found">What is found for the folder.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="path">The path.</param>
    public ResolvedLicense Scope(ResolvedLicense found, string folder, string path)
    {
        string below = folder.Length == 0 ? path : path[(folder.Length + 1)..];
        foreach (FilesParagraph scope in Scopes)
        {
            LicenseClass value = SpdxExpression.ClassOf(scope.License);
            if (value > found.Class && scope.Patterns.Any(pattern => DebianCopyright.IsBelow(pattern, below)))
            {
                found = found with { Expression = scope.License, Class = value };
            }
        }

        return found;
    }
}
