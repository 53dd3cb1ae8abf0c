using System.Text;

namespace DataForge.Evaluation.Sandbox;

/// <summary>The files that the sandbox needs, in a temporary folder that every user may read: its scripts and its filters of system
/// calls.</summary>
internal sealed class SandboxFolder : IDisposable
{
    private const UnixFileMode ReadableFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode ReadableFile =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly string[] Scripts = ["worker.py", "checker.py", "namespaces.py", "printed.py", "program.py", "values.py"];

    /// <summary>Writes the files.</summary>
    public SandboxFolder()
    {
        Path = Directory.CreateTempSubdirectory("dataforge-sandbox-").FullName;
        Allow(Path, ReadableFolder);
        foreach (string script in Scripts)
        {
            Write(script, Encoding.UTF8.GetBytes(PythonScript.Read(script)));
        }

        Write("program.bpf", SeccompFilter.OfProgram());
        Write("worker.bpf", SeccompFilter.OfWorker());
        Work = Directory.CreateDirectory(System.IO.Path.Combine(Path, "work")).FullName;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>An empty folder, where a worker without a sandbox runs.</summary>
    public string Work { get; }

    /// <summary>The path of one file.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void Write(string name, byte[] content)
    {
        File.WriteAllBytes(this[name], content);
        Allow(this[name], ReadableFile);
    }

    private static void Allow(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
