using System.Runtime.InteropServices;
using DataForge.Corpus;
using LibGit2Sharp;

namespace DataForge.Crawler.Git;

/// <summary>Prepares libgit2, which comes with LibGit2Sharp's native package, for repositories that are not trusted.</summary>
internal static class LibGit2
{
    // A repository fetched without its blobs has this extension in its configuration. libgit2 must accept it: the blobs that are needed are
    // fetched before they are read.
    private const string PartialClone = "partialclone";

    private static readonly ConfigurationLevel[] MachineAndUser =
        [ConfigurationLevel.ProgramData, ConfigurationLevel.System, ConfigurationLevel.Xdg, ConfigurationLevel.Global];

    private static readonly Lazy<nint> Prepared = new(Prepare);

    /// <summary>The native library, for the calls that LibGit2Sharp does not have.</summary>
    /// <exception cref="DataForgeException">It does not run on this machine.</exception>
    public static nint Library => Prepared.Value;

    /// <summary>Sets libgit2's options, once per process.</summary>
    /// <exception cref="DataForgeException">libgit2 does not run on this machine.</exception>
    public static void Load() => _ = Prepared.Value;

    private static nint Prepare()
    {
        try
        {
            // No code of a repository is run and nothing is written to it, so it may belong to any user.
            GlobalSettings.SetOwnerValidation(false);
            GlobalSettings.SetExtensions(PartialClone);
            foreach (ConfigurationLevel level in MachineAndUser)
            {
                GlobalSettings.SetConfigSearchPaths(level, "");
            }

            // The package names its library after the commit that it was built from.
            return NativeLibrary.Load($"git2-{GlobalSettings.Version.LibGit2CommitSha}", typeof(LibGit2).Assembly, null);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            string reason = (e.InnerException ?? e).Message.Split('\n')[0];
            throw DataForgeException.Usage($"git: sources need libgit2, which does not run on this machine ({reason}).", e);
        }
    }
}
