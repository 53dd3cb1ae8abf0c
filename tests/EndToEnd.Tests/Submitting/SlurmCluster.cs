using System.Diagnostics;
using System.Globalization;
using System.Net;
using DataForge.Testing;

namespace DataForge.EndToEnd.Tests.Submitting;

/// <summary>
/// Slurm on this machine as two nodes, from Debian's packages slurmctld, slurmd, slurm-client and slurm-wlm-basic-plugins, which need not be
/// installed: the folder that they are unpacked in is enough.
/// </summary>
internal sealed class SlurmCluster : IDisposable
{
    private const string Variable = "DATAFORGE_TEST_SLURM";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly List<Process> _daemons = [];
    private readonly string _root;

    private SlurmCluster(string root, string folder)
    {
        _root = root;
        string conf = Path.Combine(folder, "slurm.conf");
        string plugins = Path.Combine(root, "usr/lib/x86_64-linux-gnu/slurm-wlm");
        Environment = new Dictionary<string, string>
        {
            ["SLURM_CONF"] = conf, ["LD_LIBRARY_PATH"] = $"{plugins}:{Path.Combine(root, "usr/lib/x86_64-linux-gnu")}",
            ["PATH"] = Path.Combine(root, "usr/bin") + ":" + System.Environment.GetEnvironmentVariable("PATH"),
        };
        foreach (string each in (string[])["state", "spool-n1", "spool-n2"])
        {
            Directory.CreateDirectory(Path.Combine(folder, each));
        }

        File.WriteAllText(conf, Configuration(folder, plugins));
        Start(folder, "slurmctld-wlm", "-D", "-f", conf);
        foreach (string node in (string[])["n1", "n2"])
        {
            Start(folder, "slurmd-wlm", "-D", "-f", conf, "-N", node, "-d", Path.Combine(root, "usr/sbin/slurmstepd-wlm"));
        }
    }

    /// <summary>What a program needs in its environment to reach it.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Starts it in a folder; null where Slurm is not on this machine.</summary>
    public static SlurmCluster? TryStart(string folder) =>
        System.Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } root && File.Exists(Path.Combine(root, "usr/sbin/slurmctld-wlm"))
            ? new SlurmCluster(root, folder)
            : null;

    /// <summary>Waits until no job is left.</summary>
    public async Task UntilIdleAsync()
    {
        long start = Stopwatch.GetTimestamp();
        while (Ask("squeue", "--noheader").Length > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, Ask("squeue"));
            await Task.Delay(500);
        }
    }

    /// <summary>Waits until both nodes take jobs.</summary>
    public async Task UntilReadyAsync()
    {
        long start = Stopwatch.GetTimestamp();
        while (Ask("sinfo", "--noheader", "--format=%T %D") != "idle 2")
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1), Ask("sinfo"));
            await Task.Delay(200);
        }
    }

    /// <summary>What one of Slurm's programs prints.</summary>
    public string Ask(string program, params string[] arguments)
    {
        using Process process = Process.Start(Info(Path.Combine(_root, "usr/bin", program), arguments))!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output + errors.Result).Trim();
    }

    public void Dispose()
    {
        foreach (Process daemon in _daemons)
        {
            daemon.Kill(entireProcessTree: true);
            daemon.WaitForExit();
            daemon.Dispose();
        }
    }

    private void Start(string folder, string program, params string[] arguments)
    {
        Process process = Process.Start(Info(Path.Combine(_root, "usr/sbin", program), arguments))!;
        var log = TextWriter.Synchronized(File.CreateText(Path.Combine(folder, $"{program}-{_daemons.Count}.out")));
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _daemons.Add(process);
    }

    private ProcessStartInfo Info(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string Configuration(string folder, string plugins)
    {
        int[] ports = FreePorts.Take(3);
        string host = Dns.GetHostName();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            ClusterName=test
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={ports[0]}
            SlurmUser=root
            SlurmdUser=root
            AuthType=auth/none
            CredType=cred/none
            PluginDir={plugins}
            StateSaveLocation={folder}/state
            SlurmdSpoolDir={folder}/spool-%n
            SlurmctldPidFile={folder}/slurmctld.pid
            SlurmdPidFile={folder}/slurmd-%n.pid
            SlurmctldLogFile={folder}/slurmctld.log
            SlurmdLogFile={folder}/slurmd-%n.log
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SwitchType=switch/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SlurmdParameters=config_overrides
            SchedulerParameters=batch_sched_delay=0,sched_interval=1
            ReturnToService=2
            InactiveLimit=0
            MinJobAge=300
            NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=2 State=UNKNOWN
            NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=2 State=UNKNOWN
            PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP

            """);
    }
}
