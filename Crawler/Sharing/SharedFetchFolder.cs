using System.Globalization;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Sharing;

/// <summary>A repository that another crawler fetched.</summary>
/// <param name="Commit">The commit that was its HEAD.</param>
/// <param name="Address">The address it was fetched from.</param>
internal sealed record FetchedMirror(string Commit, Uri Address);

/// <summary>
/// The folder through which crawlers pass repositories to the writer: one bare repository each, with all its trees and the contents that
/// the catalog did not have. A repository is added and taken by renaming its folder, so it is either complete or absent.
/// </summary>
internal sealed class SharedFetchFolder(string folder)
{
    private const string AddressFile = "address";

    /// <summary>The path of a workspace's folder.</summary>
    public static string In(Workspace workspace) => Path.Combine(workspace.Folder, "mirrors", "shelf");

    /// <summary>Removes all repositories. The writer begins with this: what a crash of the machine may have damaged is not used.</summary>
    public void Clear()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Whether there are at least so many repositories or bytes, and no more should be added.</summary>
    public bool IsFull(int repositories, long bytes)
    {
        var info = new DirectoryInfo(folder);
        if (!info.Exists)
        {
            return false;
        }

        try
        {
            return info.EnumerateDirectories().Count() >= repositories
                || info.EnumerateFiles("*.pack", SearchOption.AllDirectories).Sum(file => file.Length) >= bytes;
        }
        catch (IOException)
        {
            // The writer takes repositories away while they are counted.
            return false;
        }
    }

    /// <summary>
    /// Adds a repository by moving its mirror into the folder. Returns false, and leaves the mirror where it is, if the repository is
    /// there.
    /// </summary>
    public bool TryAdd(long repository, FetchedMirror fetched, string mirror)
    {
        File.WriteAllText(Path.Combine(mirror, AddressFile), $"{fetched.Commit}\n{fetched.Address.AbsoluteUri}\n");
        Directory.CreateDirectory(folder);
        try
        {
            Directory.Move(mirror, PathOf(repository));
            return true;
        }
        catch (IOException)
        {
            // It is there already, or the writer has just cleared the folder; the writer then fetches it itself.
            return false;
        }
    }

    /// <summary>Moves a repository out of the folder, to a path. Returns null if it is not there.</summary>
    public FetchedMirror? TryTake(long repository, string path)
    {
        if (!Directory.Exists(PathOf(repository)))
        {
            return null;
        }

        Directory.Move(PathOf(repository), path);
        string[] lines = File.ReadAllLines(Path.Combine(path, AddressFile));
        return new FetchedMirror(lines[0], new Uri(lines[1]));
    }

    private string PathOf(long repository) => Path.Combine(folder, repository.ToString(CultureInfo.InvariantCulture));
}
