using System.Runtime.InteropServices;
using System.Runtime.Loader;
using DataForge.Corpus;

namespace DataForge.Crawler.Git;

/// <summary>
/// Loads the system's libgit2 for LibGit2Sharp. The managed assembly asks for the library by the name of its own build
/// (<c>git2-a2bde63</c>, libgit2 1.7) and sets its own resolver, so the load context answers where that resolver finds nothing. What is
/// used here is the same in libgit2 1.5.
/// </summary>
internal static unsafe class LibGit2
{
    private const string WantedName = "git2-a2bde63";

    // libgit2 1.5, include/git2/common.h, git_libgit2_opt_t.
    private const int SetSearchPath = 5;
    private const int SetExtensions = 34;
    private const int SetOwnerValidation = 36;

    private static readonly string[] Names = ["libgit2.so.1.5", "libgit2.so.1.7", "libgit2.so"];
    private static readonly Lazy<nint> Loaded = new(Initialize);

    /// <summary>The library.</summary>
    /// <exception cref="DataForgeException">It is not installed.</exception>
    public static nint Library => Loaded.Value;

    /// <summary>Loads the library, once per process.</summary>
    /// <exception cref="DataForgeException">It is not installed.</exception>
    public static void Load() => _ = Loaded.Value;

    private static nint Initialize()
    {
        nint library = 0;
        if (!Names.Any(name => NativeLibrary.TryLoad(name, out library)))
        {
            throw DataForgeException.Usage(
                "git: sources need libgit2, which was not found: install it (Debian: apt-get install libgit2-1.5).");
        }

        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(typeof(LibGit2Sharp.Repository).Assembly)!;
        context.ResolvingUnmanagedDll += (_, name) => name == WantedName ? library : 0;

        // The library must be initialised before it is configured; asking for its version initialises it.
        _ = LibGit2Sharp.GlobalSettings.Version;
        var options = (delegate* unmanaged[Cdecl]<int, nint, nint, int>)NativeLibrary.GetExport(library, "git_libgit2_opts");

        // No code of a repository is run and nothing is written to it, so it may belong to any user.
        _ = options(SetOwnerValidation, 0, 0);

        // The configuration of the machine and of the user is not read (levels 1 to 4: program data, system, XDG, global).
        var search = (delegate* unmanaged[Cdecl]<int, int, byte*, int>)options;
        byte nowhere = 0;
        for (int level = 1; level <= 4; level++)
        {
            _ = search(SetSearchPath, level, &nowhere);
        }

        // A repository fetched without its blobs has this extension in its configuration. libgit2 must accept it: the blobs that are needed
        // are fetched before they are read.
        byte* name = (byte*)Marshal.StringToCoTaskMemUTF8("partialclone");
        _ = options(SetExtensions, (nint)(&name), 1);
        Marshal.FreeCoTaskMem((nint)name);
        return library;
    }
}
