namespace DataForge.Testing;

/// <summary>A corpus of real Python with planted cases, small enough for a build that takes seconds.</summary>
public sealed class SmallCorpus : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Writes the planted cases.</summary>
    /// <exception cref="InvalidOperationException">There is no real Python on this machine (<see cref="Missing"/>).</exception>
    public SmallCorpus()
    {
        Library = RealPython.StandardLibrary ?? throw new InvalidOperationException(Missing);
        string module = File.ReadAllText(Path.Combine(Library, "textwrap.py"));

        // The same content passes under one name (in the library) and is dropped under others.
        _folder.Write("alpha/LICENSE", File.ReadAllText(Path.Combine(Library, "LICENSE.txt")));
        _folder.Write("alpha/__init__.py", module);
        _folder.Write("alpha/setup.py", module);
        _folder.Write("alpha/copied.py", module);
        string edited = module.Replace("Utilities for wrapping", "Tools for wrapping", StringComparison.Ordinal);
        _folder.Write("alpha/near.py", edited + "\n\nEXTRA = 1\n");
        _folder.Write("unlicensed/module.py", module + "\n\nUNLICENSED = True\n");
        _folder.Write("alpha/tiny.py", "x = 1\n");
    }

    /// <summary>Why there can be no such corpus; null where there can.</summary>
    public static string? Missing => RealPython.StandardLibrary is null ? "no python3 with its library on this machine" : null;

    /// <summary>Bytes of a raw part, so that the corpus has several.</summary>
    public static int RawPartBytes => 2 << 20;

    /// <summary>Entries of the tokenizer.</summary>
    public static int VocabularySize => 1024;

    /// <summary>The folder of real Python code: the standard library.</summary>
    public string Library { get; }

    /// <summary>The folder of planted cases.</summary>
    public string Planted => _folder.Path;

    /// <summary>The sources of a build. A long proof adds folders by the variable DATAFORGE_TEST_FOLDERS, with ':' between them.</summary>
    public IReadOnlyList<string> Sources => [.. new[] { Library, Planted }.Concat(MoreFolders).Select(folder => "dir:" + folder)];

    private static string[] MoreFolders =>
        (Environment.GetEnvironmentVariable("DATAFORGE_TEST_FOLDERS") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
