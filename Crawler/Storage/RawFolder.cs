using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Storage;

/// <summary>Brings <c>raw/</c> back to what the catalog says after a crawl that did not end.</summary>
internal static class RawFolder
{
    /// <summary>Refuses a workspace that has parts and no catalog: a new one would take them for leftovers.</summary>
    /// <exception cref="DataForgeException">It is one.</exception>
    public static void CheckOwner(Workspace workspace, CatalogAddress catalog)
    {
        int known = Catalog.Exists(catalog)
            ? -1
            : Directory.EnumerateFiles(workspace.RawFolder).Select(Number).DefaultIfEmpty(-1).Max();
        if (known >= 0)
        {
            throw Unknown(workspace, known);
        }
    }

    /// <summary>Removes what an uncommitted part left: files under temporary names, and those of the part after the last committed one.</summary>
    /// <exception cref="DataForgeException">Parts are missing, or there are more than a crash can leave: the catalog is not this folder's.</exception>
    public static void Recover(Workspace workspace, Catalog catalog)
    {
        int next = catalog.Parts.NextNumber();
        string manifests = Path.GetDirectoryName(workspace.RawManifest(0))!;
        Directory.CreateDirectory(manifests);
        List<string> orphans = [];
        foreach (string file in Directory.EnumerateFiles(workspace.RawFolder).Concat(Directory.EnumerateFiles(manifests)))
        {
            int number = Number(file);
            if (number > next)
            {
                throw Unknown(workspace, number);
            }

            if (number == next || (number >= 0 && file.EndsWith(".tmp", StringComparison.Ordinal)))
            {
                orphans.Add(file);
            }
        }

        if (next > 0 && (!File.Exists(workspace.RawFilesPart(next - 1)) || !File.Exists(workspace.RawBlobsPart(next - 1))))
        {
            throw new DataForgeException(
                $"raw part {next - 1} is missing from {workspace.RawFolder}: restore it, or crawl into another --workspace.");
        }

        orphans.ForEach(File.Delete);
    }

    private static DataForgeException Unknown(Workspace workspace, int part) => new(
        $"{workspace.RawFolder} holds part {part}, which the catalog (catalog.db, or the database named by --catalog) does not know: restore the catalog that belongs to it, or crawl into another --workspace.");

    // files-00012.parquet, blobs-00012.parquet.tmp, 00012.json → 12; −1 for any other file.
    private static int Number(string path)
    {
        string stem = Path.GetFileName(path).Split('.')[0];
        stem = stem.StartsWith("files-", StringComparison.Ordinal) || stem.StartsWith("blobs-", StringComparison.Ordinal) ? stem[6..] : stem;
        return int.TryParse(stem, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
    }
}
