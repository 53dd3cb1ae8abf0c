using System.Diagnostics;
using DataForge.Corpus;

namespace DataForge.Evaluation.Sandbox;

/// <summary>The interpreter that runs the programs.</summary>
/// <param name="Executable">The interpreter itself, not a script that finds it.</param>
/// <param name="Folder">The folder that holds it and its library.</param>
/// <param name="Version">Its version, such as <c>3.11.7</c>.</param>
public sealed record PythonInterpreter(string Executable, string Folder, string Version)
{
    private const string Question =
        "import os, platform, sys; print(os.path.realpath(sys.executable)); print(sys.base_prefix); print(platform.python_version())";

    /// <summary>Asks an interpreter where it really lies.</summary>
    /// <param name="command">A command or a path, such as <c>python3</c>.</param>
    /// <exception cref="DataForgeException">It cannot be run.</exception>
    public static PythonInterpreter Find(string command)
    {
        try
        {
            var start = new ProcessStartInfo(command, ["-I", "-c", Question])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            process.WaitForExit();
            if (process.ExitCode == 0 && lines.Length == 3)
            {
                return new PythonInterpreter(lines[0], lines[1], lines[2]);
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Said below.
        }

        throw DataForgeException.Usage(
            $"The interpreter '{command}' cannot be run: install Python 3.9 or newer, or name one with --python.");
    }
}
