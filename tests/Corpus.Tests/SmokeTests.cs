namespace DataForge.Corpus.Tests;

public class SmokeTests
{
    [Fact]
    public void Root_found_holdsSolution() => Assert.True(File.Exists(Path.Combine(Testing.SharedFiles.ProjectRoot, "DataForge.sln")));
}
