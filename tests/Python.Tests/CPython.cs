using System.Buffers.Binary;
using System.Diagnostics;

namespace DataForge.Python.Tests;

/// <summary>An interpreter that judges sources: <c>ast_verdicts.py</c> run by a CPython of this machine.</summary>
public sealed class CPython : IDisposable
{
    private readonly Process _process;

    private CPython(Process process, string program, string version)
    {
        _process = process;
        Program = program;
        Version = version;
    }

    public string Program { get; }

    public string Version { get; }

    public bool IsAtLeast(int major, int minor) => System.Version.Parse(Version) >= new Version(major, minor);

    /// <summary>The reference for Python 3: <c>DATAFORGE_TEST_PYTHON</c>, else the system's.</summary>
    public static CPython? FindPython3() => Find("DATAFORGE_TEST_PYTHON", "/usr/bin/python3", "python3");

    /// <summary>
    /// A newer Python 3 for syntax the reference does not know: <c>DATAFORGE_TEST_PYTHON_NEWER</c>, else the CPython 3.14 of npm's pyodide, else
    /// one on the path.
    /// </summary>
    public static CPython? FindNewer() => Find(
        "DATAFORGE_TEST_PYTHON_NEWER",
        Path.Combine(Testing.SharedFiles.ProjectRoot, "artifacts", "npm", "node_modules", "pyodide"),
        "python3.14",
        "python3.13",
        "python3.12");

    /// <summary>A Python 2.7: <c>DATAFORGE_TEST_PYTHON2</c>, else one on the path.</summary>
    public static CPython? FindPython2() => Find("DATAFORGE_TEST_PYTHON2", "python2.7");

    /// <summary>V valid, E a syntax error, R a limit of the interpreter.</summary>
    public char Judge(ReadOnlySpan<byte> source)
    {
        Span<byte> header = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(header, source.Length);
        Stream input = _process.StandardInput.BaseStream;
        input.Write(header);
        input.Write(source);
        input.Flush();
        int verdict = _process.StandardOutput.BaseStream.ReadByte();
        return verdict >= 0 ? (char)verdict : throw new EndOfStreamException($"Python {Version} ended while it judged a source.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static CPython? Find(string variable, params string[] candidates)
    {
        string? chosen = Environment.GetEnvironmentVariable(variable);
        foreach (string candidate in string.IsNullOrEmpty(chosen) ? candidates : [chosen])
        {
            if (Start(candidate) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static CPython? Start(string program)
    {
        // A folder is that of the pyodide package.
        string scripts = Path.Combine(Testing.SharedFiles.ProjectRoot, "tests", "Python.Tests");
        bool pyodide = Directory.Exists(program);
        if (!pyodide && program.Contains("node_modules", StringComparison.Ordinal))
        {
            return null;
        }

        ProcessStartInfo start = pyodide
            ? new("node", [Path.Combine(scripts, "ast_verdicts.mjs"), program])
            : new(program, [Path.Combine(scripts, "ast_verdicts.py")]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        try
        {
            Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            List<char> version = [];
            while (process.StandardOutput.BaseStream.ReadByte() is int c and not -1 and not '\n')
            {
                version.Add((char)c);
            }

            return version.Count > 0 && char.IsAsciiDigit(version[0]) ? new CPython(process, program, string.Concat(version)) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
