using System.Globalization;
using DataForge.Crawler.Fetch;

namespace DataForge.Crawler.Sharing;

/// <summary>A repository that another crawler fetched.</summary>
/// <param name="Commit">The commit that was its HEAD.</param>
/// <param name="Address">Where it was fetched from.</param>
internal sealed record Shelved(string Commit, Uri Address);

/// <summary>
/// The folder in which crawlers leave what they fetched for the one that writes: a bare repository each, with all its trees and the
/// contents that the catalog did not have. A folder comes and goes by being renamed, so it is whole or not there.
/// </summary>
internal sealed class Shelf(string folder)
{
    private const string AddressFile = "address";

    /// <summary>Removes all there is. The writer begins so: what a crash of the machine may have damaged is not trusted.</summary>
    public void Clear()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Whether there is more than so many repositories or bytes, and nothing should be added.</summary>
    public bool IsFull(int repositories, long bytes)
    {
        var shelf = new DirectoryInfo(folder);
        if (!shelf.Exists)
        {
            return false;
        }

        try
        {
            return shelf.EnumerateDirectories().Count() >= repositories
                || shelf.EnumerateFiles("*.pack", SearchOption.AllDirectories).Sum(file => file.Length) >= bytes;
        }
        catch (IOException)
        {
            // The writer takes things away while they are counted.
            return false;
        }
    }

    /// <summary>Leaves a mirror on the shelf, if there is none of that repository yet. It is gone from its folder then.</summary>
    public bool TryPut(long repository, Shelved shelved, string mirror)
    {
        File.WriteAllText(Path.Combine(mirror, AddressFile), $"{shelved.Commit}\n{shelved.Address.AbsoluteUri}\n");
        Directory.CreateDirectory(folder);
        try
        {
            Directory.Move(mirror, Place(repository));
            return true;
        }
        catch (IOException)
        {
            // There is one, or the writer has just cleared the shelf: it fetches for itself then.
            return false;
        }
    }

    /// <summary>Takes a repository off the shelf into a folder; null where there is none.</summary>
    public Shelved? TryTake(long repository, string into)
    {
        if (!Directory.Exists(Place(repository)))
        {
            return null;
        }

        Directory.Move(Place(repository), into);
        string[] lines = File.ReadAllLines(Path.Combine(into, AddressFile));
        return new Shelved(lines[0], new Uri(lines[1]));
    }

    private string Place(long repository) => Path.Combine(folder, repository.ToString(CultureInfo.InvariantCulture));
}
