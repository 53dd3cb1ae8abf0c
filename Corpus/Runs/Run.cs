using System.Globalization;
using System.Text;

namespace DataForge.Corpus.Runs;

/// <summary>A build from a pinned part of a workspace: the folder <c>runs/&lt;name&gt;</c>.</summary>
public sealed class Run
{
    /// <summary>The version of a run's layout. A run of another version is refused.</summary>
    public const int FormatVersion = 1;

    // Below the 255 bytes that common file systems allow for a name, with room for what is added to it.
    private const int MaxNameLength = 100;

    private Run(Workspace workspace, string name, string folder)
    {
        Workspace = workspace;
        Name = name;
        Folder = folder;
        Manifest = new Manifest(this);
    }

    /// <summary>The workspace that the run belongs to.</summary>
    public Workspace Workspace { get; }

    /// <summary>The run's name.</summary>
    public string Name { get; }

    /// <summary>The run's folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>The manifest entries of the run's parts.</summary>
    public Manifest Manifest { get; }

    /// <summary>The file with the pinned input (<see cref="RunInput"/>).</summary>
    public string InputFile => Path.Combine(Folder, "1-input.json");

    /// <summary>The file with the resolved options.</summary>
    public string ConfigFile => Path.Combine(Folder, "config.json");

    /// <summary>The folder of event logs.</summary>
    public string EventsFolder => Path.Combine(Folder, RunPaths.Events);

    /// <summary>The lock for writing the run's own small files, such as its options; held for milliseconds.</summary>
    public string LockFile => Path.Combine(Folder, "locks", "run.lock");

    /// <summary>A path in the run's folder.</summary>
    public string PathOf(string relative) => Path.Combine(Folder, relative);

    /// <summary>Reads the pinned input.</summary>
    /// <exception cref="DataForgeException">The run has none yet, or it cannot be read.</exception>
    public RunInput ReadInput() => File.Exists(InputFile)
        ? CanonicalJson.Read<RunInput>(InputFile)
        : throw DataForgeException.Usage($"The run '{Name}' has no input yet: crawl first, with dataforge crawl --source ….");

    /// <summary>The names of the repositories that the run is pinned to; none if it has no input yet.</summary>
    public IReadOnlySet<string> RepositoryNames() =>
        File.Exists(InputFile)
            ? ReadInput().Repositories.Select(repository => repository.Name).ToHashSet(StringComparer.Ordinal)
            : new HashSet<string>();

    /// <summary>Opens a run; creates its folder if it does not exist.</summary>
    /// <exception cref="DataForgeException">The name is not valid, or the run is of another version.</exception>
    public static Run Open(Workspace workspace, string name)
    {
        if (name.Length is 0 or > MaxNameLength || name is "." or ".."
            || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw DataForgeException.Usage($"'{name}' cannot name a run: use up to {MaxNameLength} letters, digits, '-', '_' and '.'.");
        }

        var run = new Run(workspace, name, Path.Combine(workspace.RunsFolder, name));
        Directory.CreateDirectory(run.Folder);

        // The file is written once and as a whole, so that it is read without the lock, and a run is opened where nothing can be written.
        string versionFile = run.PathOf(RunPaths.Version);
        if (!File.Exists(versionFile))
        {
            WriteVersion(run, versionFile);
        }

        string version = File.ReadAllText(versionFile).Trim();
        return version == FormatVersion.ToString(CultureInfo.InvariantCulture) ? run : throw WrongVersion(name, version);
    }

    private static void WriteVersion(Run run, string versionFile)
    {
        using FileLock held = FileLock.Take(run.LockFile);
        if (!File.Exists(versionFile))
        {
            if (File.Exists(run.ConfigFile))
            {
                throw WrongVersion(run.Name, "no");
            }

            AtomicFile.Write(versionFile, Encoding.ASCII.GetBytes($"{FormatVersion}\n"));
        }
    }

    private static DataForgeException WrongVersion(string name, string version) => DataForgeException.Usage(
        $"The run '{name}' has format version {version}, this program writes {FormatVersion}: give another --run, or use the program that "
        + "made it.");
}
