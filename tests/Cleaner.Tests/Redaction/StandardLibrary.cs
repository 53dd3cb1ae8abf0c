using System.Diagnostics;
using System.Text;
using DataForge.Testing;

namespace DataForge.Cleaner.Tests.Redaction;

/// <summary>A copy of CPython's standard library with its tests.</summary>
/// <param name="Interpreter">The interpreter that runs it.</param>
/// <param name="Home">The folder that the interpreter takes as its home; null for the one it has.</param>
/// <param name="Folder">Where the library is.</param>
internal sealed record StandardLibrary(string Interpreter, string? Home, string Folder)
{
    private const int MinutesOfAModule = 8;

    // Folders of tests, beside test/ itself, and of what is not the library's own.
    private static readonly string[] Tests = ["test", "tests", "idle_test"];
    private static readonly string[] Foreign = ["site-packages", "dist-packages", "__pycache__"];

    /// <summary>The library of the first python3 that has its own tests; null where there is none.</summary>
    public static StandardLibrary? Find()
    {
        // Distributions leave the tests out, so it may be another than the system's.
        string?[] interpreters = [Environment.GetEnvironmentVariable("DATAFORGE_TEST_PYTHON"), "python3", "/usr/bin/python3"];
        foreach (string interpreter in interpreters.OfType<string>().Where(name => name.Length > 0))
        {
            string? folder = RealPython.FoldersOf(interpreter)
                .FirstOrDefault(folder => Directory.Exists(Path.Combine(folder, "test", "test_json")));
            if (folder is not null)
            {
                string path = Run(interpreter, null, ["-I", "-c", "import sys; print(sys.executable)"], "").Output;
                return new StandardLibrary(path, null, folder);
            }
        }

        return null;
    }

    /// <summary>All Python files, from the library's folder on.</summary>
    public IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Folder, "*.py", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file))
            .Where(file => !file.Split('/').Any(Foreign.Contains));

    /// <summary>Copies the library.</summary>
    /// <param name="home">The new home.</param>
    public StandardLibrary CopyTo(string home)
    {
        string folder = Path.Combine(home, "lib", Path.GetFileName(Folder));
        Copy(Folder, folder);
        return this with { Home = home, Folder = folder };
    }

    /// <summary>Puts another copy's tests in place of these.</summary>
    /// <param name="other">The other copy.</param>
    public void TakeTestsOf(StandardLibrary other)
    {
        foreach (string file in other.Files().Where(file => file.Split('/').SkipLast(1).Any(Tests.Contains)))
        {
            File.Copy(Path.Combine(other.Folder, file), Path.Combine(Folder, file), overwrite: true);
        }
    }

    /// <summary>Whether the library has a test module.</summary>
    /// <param name="module">Its name.</param>
    public bool HasTest(string module) =>
        File.Exists(Path.Combine(Folder, "test", module + ".py")) || Directory.Exists(Path.Combine(Folder, "test", module));

    /// <summary>The test modules of files: those that they are or are in, and those of the modules that they are or are in.</summary>
    /// <param name="files">Paths of files.</param>
    public IEnumerable<string> TestsOf(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            string[] parts = Path.ChangeExtension(file, null).Split('/');
            string name = parts[0] == "test" && parts.Length > 1 ? parts[1] : "test_" + parts[0].TrimStart('_');
            if (HasTest(name))
            {
                yield return name;
            }
        }
    }

    /// <summary>The changed files that CPython parses in the other copy and not here.</summary>
    /// <param name="other">The other copy.</param>
    /// <param name="files">Paths of files.</param>
    public string NoLongerParsed(StandardLibrary other, IReadOnlyCollection<string> files)
    {
        const string Program = """
            import ast, sys
            def fault(path):
                try:
                    ast.parse(open(path, 'rb').read())
                except (SyntaxError, ValueError) as e:
                    return str(e)
            here, other = sys.argv[1:]
            for path in sys.stdin.read().splitlines():
                if not fault(f'{other}/{path}') and fault(f'{here}/{path}'):
                    print(path, fault(f'{here}/{path}'))
            print('end')
            """;
        string output = Run(Interpreter, null, ["-W", "ignore", "-c", Program, Folder, other.Folder], string.Join('\n', files)).Output;
        return output.EndsWith("end", StringComparison.Ordinal) ? output[..^3].Trim() : "the check did not end: " + output;
    }

    /// <summary>The test modules that do not pass, or not in time.</summary>
    /// <param name="modules">Their names.</param>
    public string[] Failing(string[] modules) =>
        [.. modules.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Where(module => !Passes(module))];

    // In a folder of its own, since tests leave files in theirs.
    private bool Passes(string module)
    {
        using var folder = new TemporaryFolder();
        return Run(Interpreter, Home, ["-m", "test", module], "", folder.Path).Code == 0;
    }

    private static (int Code, string Output) Run(string interpreter, string? home, string[] arguments, string input, string? folder = null)
    {
        var start = new ProcessStartInfo(interpreter, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false), WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        if (home is not null)
        {
            start.Environment["PYTHONHOME"] = home;
        }

        using Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(MinutesOfAModule)))
        {
            process.Kill(entireProcessTree: true);
            return (-1, "");
        }

        return (process.ExitCode, output.Result.Trim());
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (FileSystemInfo entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            string target = Path.Combine(to, entry.Name);
            if (entry is FileInfo file)
            {
                // Object files for programs that embed the interpreter are large.
                if (file.Extension != ".a")
                {
                    file.CopyTo(target);
                }
            }
            else if (entry.LinkTarget is null && !Foreign.Contains(entry.Name))
            {
                Copy(entry.FullName, target);
            }
        }
    }
}
