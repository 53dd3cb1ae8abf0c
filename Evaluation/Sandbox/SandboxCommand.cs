using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DataForge.Corpus;

namespace DataForge.Evaluation.Sandbox;

/// <summary>
/// The command that starts a worker in bubblewrap (https://github.com/containers/bubblewrap): no network, its own processes, a root that
/// holds the system's libraries and the interpreter and cannot be written, and nothing of the environment.
/// </summary>
internal static class SandboxCommand
{
    // Where the sandbox's own files are seen from inside.
    private const string InsideFolder = "/evaluation";

    // Not -I, with which the interpreter would not read the seed of its hashes below.
    private const string NoUserFolder = "-s";

    private static readonly string[] SystemFolders = ["/usr", "/lib", "/lib64", "/bin"];

    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/urandom"];

    // Hashes do not vary from run to run, a thread does not reserve more address space than it uses, and the linker looks functions up
    // once, not in each program's process.
    private static readonly (string Name, string Value)[] Environment =
    [
        ("PYTHONHASHSEED", "0"), ("MALLOC_ARENA_MAX", "2"), ("OMP_NUM_THREADS", "1"), ("OPENBLAS_NUM_THREADS", "1"), ("LANG", "C.UTF-8"),
        ("HOME", "/tmp"), ("PATH", "/usr/bin:/bin"), ("LD_BIND_NOW", "1"),
    ];

    /// <summary>Starts a worker.</summary>
    /// <param name="folder">The sandbox's files.</param>
    /// <param name="python">The interpreter.</param>
    /// <param name="number">The worker's number, from 0; workers are spread over the cores by it.</param>
    /// <param name="isolated">Whether in bubblewrap; without it, only resource limits and the filter of system calls hold.</param>
    /// <param name="modules">Modules that the worker loads before it is ready.</param>
    public static ProcessStartInfo Create(
        SandboxFolder folder, PythonInterpreter python, int number, bool isolated, IReadOnlyList<string> modules)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw DataForgeException.Usage(
                "Programs are evaluated on Linux on x86-64 only: the sandbox's filter of system calls is made for it.");
        }

        string place = number.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = isolated
            // A shell opens the filter as descriptor 3 for bubblewrap.
            ? new("/bin/sh", ["-c", "exec \"$@\" 3<\"$0\"", folder["worker.bpf"], "bwrap", .. Arguments(folder, python), place, .. modules])
            : new(python.Executable, [NoUserFolder, folder["worker.py"], place, "--unsafe", .. modules]) { WorkingDirectory = folder.Work };
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        if (!isolated)
        {
            start.Environment.Clear();
            foreach ((string name, string value) in Environment)
            {
                start.Environment[name] = value;
            }
        }

        return start;
    }

    private static List<string> Arguments(SandboxFolder folder, PythonInterpreter python)
    {
        List<string> arguments =
            ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--new-session"];
        if (System.Environment.IsPrivilegedProcess)
        {
            // The worker gives root up as its first act; a user namespace is made for each program.
            arguments.AddRange(["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]);
        }
        else
        {
            arguments.Add("--unshare-user");
        }

        foreach (string path in SystemFolders)
        {
            if (new DirectoryInfo(path).LinkTarget is { } target)
            {
                arguments.AddRange(["--symlink", target, path]);
            }
            else if (Directory.Exists(path))
            {
                arguments.AddRange(["--ro-bind", path, path]);
            }
        }

        if (!python.Folder.StartsWith("/usr/", StringComparison.Ordinal) && python.Folder != "/usr")
        {
            // bubblewrap would make the folders above as closed as they are outside.
            foreach (string parent in Parents(python.Folder))
            {
                arguments.AddRange(["--perms", "0755", "--dir", parent]);
            }

            arguments.AddRange(["--ro-bind", python.Folder, python.Folder]);
        }

        arguments.AddRange(["--proc", "/proc", "--dir", "/dev", "--perms", "0755", "--dir", "/tmp"]);
        foreach (string device in Devices)
        {
            arguments.AddRange(["--dev-bind", device, device]);
        }

        foreach (string file in Directory.GetFiles(folder.Path))
        {
            arguments.AddRange(["--ro-bind", file, $"{InsideFolder}/{Path.GetFileName(file)}"]);
        }

        arguments.AddRange(["--remount-ro", "/", "--chdir", "/", "--clearenv"]);
        foreach ((string name, string value) in Environment)
        {
            arguments.AddRange(["--setenv", name, value]);
        }

        arguments.AddRange(["--seccomp", "3", "--", python.Executable, NoUserFolder, $"{InsideFolder}/worker.py"]);
        return arguments;
    }

    // The folders above a path, the highest first, without the root.
    private static IEnumerable<string> Parents(string path)
    {
        for (int end = path.IndexOf('/', 1); end > 0; end = path.IndexOf('/', end + 1))
        {
            yield return path[..end];
        }
    }
}
