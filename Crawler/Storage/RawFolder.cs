using System.Globalization;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Crawler.Storage;

/// <summary>Restores <c>raw/</c> to the state in the catalog after a crawl that did not end.</summary>
internal static class RawFolder
{
    /// <summary>Refuses a workspace that has parts and no catalog: with a new catalog they would be deleted as uncommitted.</summary>
    /// <exception cref="DataForgeException">It has parts and no catalog.</exception>
    public static void CheckOwner(Workspace workspace, CatalogAddress catalog)
    {
        int last = Catalog.Exists(catalog)
            ? -1
            : Directory.EnumerateFiles(workspace.RawFolder).Select(Number).DefaultIfEmpty(-1).Max();
        if (last >= 0)
        {
            throw Unknown(workspace, last);
        }
    }

    /// <summary>
    /// Deletes the files of an uncommitted part: those under temporary names, and those of the part after the last committed one.
    /// </summary>
    /// <exception cref="DataForgeException">
    /// Parts are missing, or there are more than a crash can leave: the catalog belongs to another folder.
    /// </exception>
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
        $"{workspace.RawFolder} holds part {part}, which the catalog (catalog.db, or the database that crawl.catalog names) does not know: "
        + "restore the catalog that belongs to it, or crawl into another --workspace.");

    // files-00012.parquet, blobs-00012.parquet.tmp, 00012.json → 12; −1 for any other file.
    private static int Number(string path)
    {
        string stem = Path.GetFileName(path).Split('.')[0];
        bool hasPrefix = stem.StartsWith("files-", StringComparison.Ordinal) || stem.StartsWith("blobs-", StringComparison.Ordinal);
        stem = hasPrefix ? stem["files-".Length..] : stem;
        return int.TryParse(stem, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
    }
}
