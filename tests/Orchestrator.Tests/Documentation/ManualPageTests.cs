using DataForge.Orchestrator.Commands;
using DataForge.Orchestrator.Hosting;
using DataForge.Orchestrator.Tests.Hosting;
using DataForge.Testing;

namespace DataForge.Orchestrator.Tests.Documentation;

/// <summary><c>docs/dataforge.1</c> is what the commands declare. DATAFORGE_TEST_WRITE_DOCS=1 writes it.</summary>
public class ManualPageTests
{
    [Fact]
    public void ManualPage_inDocs_isWhatTheCommandsDeclare()
    {
        string path = Path.Combine(SharedFiles.ProjectRoot, "docs", "dataforge.1");
        string made = ManualPage.Of(CommandLine.Create(new CommandHost(new TestTerminal().Terminal)));
        if (Environment.GetEnvironmentVariable("DATAFORGE_TEST_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, made);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == made, "docs/dataforge.1 is stale: run this test once with DATAFORGE_TEST_WRITE_DOCS=1.");
    }
}
