using DataForge.Corpus;

namespace DataForge.Cleaner.Licenses;

/// <summary>The licence of a file, and how it is known.</summary>
/// <param name="Expression">The SPDX expression; empty where none was found.</param>
/// <param name="Class">Its class.</param>
/// <param name="Evidence">How it is known; empty where none was found.</param>
internal readonly record struct FileLicense(string Expression, LicenseClass Class, string Evidence);

/// <summary>What a file's own header says, ready to be held against what the repository says of the file.</summary>
/// <param name="Expression">The SPDX expression; empty where the header says nothing.</param>
/// <param name="Class">Its class.</param>
/// <param name="Snippets">The licences of parts of the file; empty where there are none.</param>
internal readonly record struct HeaderLicense(string Expression, LicenseClass Class, string Snippets)
{
    /// <summary>The evidence of a file whose header decides.</summary>
    public const string Evidence = "header";

    private const string SnippetEvidence = "snippet";

    /// <summary>What a header says.</summary>
    public static HeaderLicense Of(LicenseFinding header) => new(
        header.Expression, header.Expression.Length > 0 ? SpdxExpression.ClassOf(header.Expression) : LicenseClass.None, header.Snippets);

    /// <summary>
    /// The licence of the file: the header's, where it names one. A header that only says "BSD" is made precise by a folder's text, and a
    /// statement of the repository about the path may hold with the header or in its place.
    /// </summary>
    /// <param name="repository">What the repository says of the file.</param>
    /// <param name="path">The file's path.</param>
    public FileLicense Beside(FileLicense repository, string path)
    {
        FileLicense whole = WithoutSnippets(repository, path);
        if (Snippets.Length == 0 || whole.Class == LicenseClass.None)
        {
            return whole;
        }

        string all = SpdxExpression.And([whole.Expression, Snippets]);
        return new FileLicense(
            all, SpdxExpression.ClassOf(all), whole.Evidence == Evidence ? Evidence : $"{whole.Evidence} {SnippetEvidence}");
    }

    private FileLicense WithoutSnippets(FileLicense repository, string path)
    {
        if (Expression.Length == 0 || RepositoryLicenses.MakesPrecise(repository.Expression, Expression))
        {
            return repository;
        }

        switch (ReuseLicenses.PrecedenceOf(repository.Evidence, path))
        {
            case ReusePrecedence.Override:
                return repository;
            case ReusePrecedence.Aggregate:
                string all = SpdxExpression.And([Expression, repository.Expression]);
                return new FileLicense(all, SpdxExpression.ClassOf(all), $"{Evidence} {repository.Evidence}");
            default:
                return new FileLicense(Expression, Class, Evidence);
        }
    }
}
