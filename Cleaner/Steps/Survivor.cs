using DataForge.Cleaner.Licenses;
using DataForge.Corpus;

namespace DataForge.Cleaner.Steps;

/// <summary>An occurrence that passed the rules about names and repositories, with the licence of its folder.</summary>
internal sealed record Survivor
{
    /// <summary>The git id of the content.</summary>
    public required BlobId BlobId { get; init; }

    /// <summary>The raw part that stores the content.</summary>
    public required int BlobPart { get; init; }

    /// <summary>The repository it was found in.</summary>
    public required RepositoryFacts Repository { get; init; }

    /// <summary>Its path there.</summary>
    public required string Path { get; init; }

    /// <summary>Source bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The SPDX expression of the licence of its folder; empty if none was found.</summary>
    public required string License { get; init; }

    /// <summary>The class of that licence.</summary>
    public required LicenseClass LicenseClass { get; init; }

    /// <summary>How that licence was found.</summary>
    public required string LicenseEvidence { get; init; }

    /// <summary>Copyright lines of the evidence.</summary>
    public required IReadOnlyList<string> Copyright { get; init; }

    /// <summary>Whether its path goes through a vendored folder.</summary>
    public required bool IsVendored { get; init; }

    /// <summary>Its licence, with what the file's own header says.</summary>
    public FileLicense LicenseUnder(HeaderLicense header) => header.Beside(new FileLicense(License, LicenseClass, LicenseEvidence), Path);

    /// <summary>Its rank under a licence class.</summary>
    public OccurrenceRank RankAs(LicenseClass license) =>
        new(license, Repository.Stars ?? 0, Repository.IsFork ?? false, Repository.CreatedAt, Repository.Name, Path);

    /// <summary>Orders by part, blob id and rank.</summary>
    public static int Compare(Survivor a, Survivor b)
    {
        int order = a.BlobPart.CompareTo(b.BlobPart);
        order = order != 0 ? order : a.BlobId.CompareTo(b.BlobId);
        return order != 0 ? order : a.RankAs(a.LicenseClass).CompareTo(b.RankAs(b.LicenseClass));
    }

    /// <summary>The occurrences of a content.</summary>
    /// <param name="sorted">Occurrences of one part, in order (<see cref="Compare"/>).</param>
    /// <param name="id">The content's git id.</param>
    public static ReadOnlySpan<Survivor> Of(Survivor[] sorted, BlobId id)
    {
        int low = 0;
        int high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle].BlobId.CompareTo(id) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        int end = low;
        while (end < sorted.Length && sorted[end].BlobId == id)
        {
            end++;
        }

        return sorted.AsSpan(low..end);
    }
}
