using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Tests.Sandbox;

/// <summary>The folder in which a program may write: one after the other uses the worker's, and none may see what another left.</summary>
public sealed class ProgramFolderTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    private const string Reference = "def f(): pass";
    private static readonly ProgramLimits Limits = new(5);

    [Theory]
    [InlineData("open('/tmp/x', 'w').write('1')")]
    [InlineData("os.mkdir('/tmp/d', 0)")]
    [InlineData("os.symlink('/usr', '/tmp/s')")]
    [InlineData("os.mkfifo('/tmp/p')")]
    [InlineData("os.chmod('/tmp', 0)")]
    [InlineData("open('/tmp/x', 'w')\n    os.chmod('/tmp', 0o500)")]
    [InlineData("os.utime('/tmp', (0, 0))")]
    [InlineData("os.chdir('/tmp')\n    [open(str(i), 'w').write('1' * 30_000) for i in range(900)]")]
    public async Task Judge_afterAProgramThatLeavesSomething_thereIsNothing(string statement)
    {
        const string Look =
            "import os\ndef f():\n    found = os.stat('/tmp')\n    return [os.listdir('/tmp'), oct(found.st_mode), found.st_nlink, found.st_mtime > 0]";
        string leaver = $"import os\ndef f():\n    {statement}\n    return os.getuid()";
        _ = sandbox.Pool;
        using var one = new SandboxPool(PythonInterpreter.Find("python3"));
        for (int i = 0; i < 2; i++)
        {
            Verdict left = await one.JudgeAsync(new(leaver, Reference, "assert f() > 0"), Limits, default);
            Verdict next = await one.JudgeAsync(new(Look, Reference, "assert f() == [[], '0o40700', 2, True], f()"), Limits, default);
            Assert.Equal((Reason.Passed, "", Reason.Passed, ""), (left.Reason, left.Detail, next.Reason, next.Detail));
        }
    }

    [Fact]
    public async Task Judge_aProgramThatWritesFiles_isNotSeenByTheChecker()
    {
        const string Program = "def f():\n    open('/tmp/x', 'w').write('1')\n    return open('/tmp/x').read()";
        const string Tests = "import os\nassert f() == '1'\nassert os.listdir('/tmp') == []";
        Verdict verdict = await sandbox.Pool.JudgeAsync(new(Program, Reference, Tests), Limits, default);
        Assert.Equal((Reason.Passed, ""), (verdict.Reason, verdict.Detail));
    }

    // In a namespace of its own a program is its own user and has no right over the mounts.
    [Theory]
    [InlineData("import ctypes\ndef f(): return ctypes.CDLL(None).umount2(b'/tmp', 2)")]
    [InlineData("import ctypes\ndef f(): return ctypes.CDLL(None).mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None)")]
    [InlineData("import ctypes\ndef f(): return ctypes.CDLL(None).setuid(0)")]
    public async Task Judge_aProgramThatChangesMountsOrItsUser_isRefused(string program)
    {
        Verdict verdict = await sandbox.Pool.JudgeAsync(new(program, Reference, "assert f() == -1"), Limits, default);
        Assert.Equal((Reason.Passed, ""), (verdict.Reason, verdict.Detail));
    }
}
