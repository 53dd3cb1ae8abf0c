using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Settings;

/// <summary>The tables of <c>docs/options.md</c> are what the code declares. DATAFORGE_TEST_WRITE_DOCS=1 writes them.</summary>
public class OptionsPageTests
{
    [Fact]
    public void Tables_ofDocument_areWhatTheCodeDeclares()
    {
        string path = Path.Combine(SharedFiles.ProjectRoot, "docs", "options.md");
        string page = File.ReadAllText(path);
        string made = OptionsPage.Regenerate(page);
        if (Environment.GetEnvironmentVariable("DATAFORGE_TEST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, made);
            page = made;
        }

        Assert.True(made == page, "docs/options.md is stale: run this test once with DATAFORGE_TEST_WRITE_DOCS=1.");
    }
}
