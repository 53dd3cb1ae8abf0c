using DataForge.Crawler.Git;
using LibGit2Sharp;

namespace DataForge.Crawler.Tests.Git;

public class LibGit2Tests
{
    [Fact]
    public void Load_anyMachine_usesThePackagesLibraryAndNoConfiguration()
    {
        LibGit2.Load();
        string library = Assert.Single(File.ReadLines("/proc/self/maps")
            .Where(line => line.Contains("libgit2", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/')..]).Distinct());
        Assert.StartsWith(AppContext.BaseDirectory, library, StringComparison.Ordinal);
        Assert.False(GlobalSettings.GetOwnerValidation());
        Assert.Contains("partialclone", GlobalSettings.GetExtensions());
        Assert.All(
            (ConfigurationLevel[])[ConfigurationLevel.System, ConfigurationLevel.Xdg, ConfigurationLevel.Global],
            level => Assert.Equal([""], GlobalSettings.GetConfigSearchPaths(level)));
    }
}
