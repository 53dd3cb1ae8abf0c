using DataForge.Cleaner.Licenses;
using DataForge.Cleaner.Rules;
using DataForge.Cleaner.Steps;
using DataForge.Cleaner.Text;
using DataForge.Corpus;
using DataForge.Corpus.Runs;

namespace DataForge.Cleaner.Survey;

/// <summary>The licence that a run decided for an occurrence.</summary>
/// <param name="Repository">The repository's name.</param>
/// <param name="Path">The path there.</param>
/// <param name="Expression">The SPDX expression; empty if none was found.</param>
/// <param name="Class">Its class.</param>
/// <param name="Evidence">How it is known, as in the column <c>license_evidence</c>; empty if none was found.</param>
public sealed record DecidedLicense(string Repository, string Path, string Expression, LicenseClass Class, string Evidence);

/// <summary>
/// Decides again which licences the occurrences of a content have. A row of <c>dropped/</c> names the licence, but not how it is known:
/// that follows from the occurrences that the stage keeps in <c>2-clean/occurrences</c>, and from the file's own header.
/// </summary>
public static class DecidedLicenses
{
    /// <summary>The licences of the occurrences that passed the rules about names and repositories, in order of their names.</summary>
    /// <param name="run">The run.</param>
    /// <param name="id">The content's git id.</param>
    /// <param name="part">The raw part that stores the content.</param>
    /// <param name="source">The source bytes.</param>
    /// <returns>Nothing if the run no longer has these files.</returns>
    /// <exception cref="DataForgeException">One of them is damaged.</exception>
    public static IReadOnlyList<DecidedLicense> Of(Run run, BlobId id, int part, ReadOnlySpan<byte> source)
    {
        var text = new ShippedText(RuleSettings.Of(new CleanOptions()), redacts: false);
        text.Decode(source);
        HeaderLicense header = HeaderLicense.Of(new HeaderCache().Of(text));
        return
        [
            .. SurvivorsOf(run, id, part)
                .Select(survivor => Decide(survivor, header))
                .OrderBy(license => license.Repository, StringComparer.Ordinal)
                .ThenBy(license => license.Path, StringComparer.Ordinal),
        ];
    }

    private static DecidedLicense Decide(Survivor survivor, HeaderLicense header)
    {
        FileLicense license = survivor.LicenseUnder(header);
        return new DecidedLicense(survivor.Repository.Name, survivor.Path, license.Expression, license.Class, license.Evidence);
    }

    private static IEnumerable<Survivor> SurvivorsOf(Run run, BlobId id, int part)
    {
        var shared = new SharedObjects();
        foreach (int source in run.ReadInput().Parts.Select(raw => raw.Number))
        {
            (string index, string shard) = (run.PathOf(OccurrenceStep.IndexOf(source)), run.PathOf(OccurrenceStep.FileOf(source)));
            if (File.Exists(index) && File.Exists(shard))
            {
                IEnumerable<SurvivorGroup> groups = CleanerJson.Read<List<SurvivorGroup>>(index).Where(group => group.Part == part);
                foreach (Survivor survivor in groups.SelectMany(group => SurvivorShard.Read(shard, group.RowGroup, shared)))
                {
                    if (survivor.BlobId == id)
                    {
                        yield return survivor;
                    }
                }
            }
        }
    }
}
