using DataForge.Corpus.Columns;
using DataForge.Testing;

namespace DataForge.Corpus.Tests.Documentation;

/// <summary>The tables of <c>docs/data-format.md</c> are what the declarations say. DATAFORGE_TEST_WRITE_DOCS=1 writes them.</summary>
public sealed class DataFormatPageTests
{
    private static readonly string Page = Path.Combine(SharedFiles.ProjectRoot, "docs", "data-format.md");

    [Fact]
    public void Tables_ofDocument_areWhatTheDeclarationsSay()
    {
        string page = File.ReadAllText(Page);
        string made = DataFormatPage.Regenerate(page);
        if (Environment.GetEnvironmentVariable("DATAFORGE_TEST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Page, made);
            page = made;
        }

        Assert.True(made == page, "docs/data-format.md is stale: run this test once with DATAFORGE_TEST_WRITE_DOCS=1.");
    }

    /// <summary>Earlier versions of a table are told in words.</summary>
    [Fact]
    public void Tables_newest_allHaveAPlaceInTheDocument()
    {
        string[] expected = [.. Table.All.GroupBy(table => table.Name).Select(versions => versions.MaxBy(table => table.Kind, StringComparer.Ordinal)!.ToString())];
        Assert.Equal(
            expected.Append("counts").Append("events").Order(StringComparer.Ordinal),
            DataFormatPage.TablesIn(File.ReadAllText(Page)).Order(StringComparer.Ordinal));
    }
}
