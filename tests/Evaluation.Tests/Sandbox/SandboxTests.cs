using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Tests.Sandbox;

public sealed class SandboxTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    private const string Right = "def f():\n    return 1\n";
    private const string Tests = "assert f() == 1";

    private static readonly ProgramLimits Limits = new(0.5, Memory: 256 << 20, Output: 64 << 10) { Wall = 6 };

    [Fact]
    public async Task Judge_hostilePrograms_failAsTheRightKindAndLeaveNothing()
    {
        SandboxPool pool = sandbox.Pool;
        int every = SandboxFixture.IsFull ? 1 : 3;
        int after = SandboxFixture.IsFull ? 5 : 1; // each is two programs
        var wrong = new List<string>();
        HostileProgram[] programs = [.. HostileProgram.All.Where((_, index) => index % every == 0)];
        await Parallel.ForEachAsync(programs, new ParallelOptions { MaxDegreeOfParallelism = SandboxFixture.IsFull ? 1 : 2 }, async (hostile, token) =>
        {
            Verdict verdict = await JudgeAsync(pool, Right + hostile.Text);
            bool isRight = verdict.Reason == hostile.Expected;
            for (int i = 0; i < after; i++)
            {
                isRight &= (await JudgeAsync(pool, Right)).Passed && (await JudgeAsync(pool, "def f(): return 2")).Reason == Reason.Assertion;
            }

            if (!isRight)
            {
                lock (wrong)
                {
                    wrong.Add($"{hostile.Name}: {verdict}, expected {hostile.Expected}, or a later program was misjudged");
                }
            }
        });
        Assert.True(HostileProgram.All.Count >= 60);
        Assert.Empty(wrong);
        Assert.All(SandboxProcesses(), command => Assert.Contains("worker.py", command));
    }

    [Theory]
    [InlineData("def f(): return 1", Reason.Passed)]
    [InlineData("def f(): return 1.0", Reason.Passed)]
    [InlineData("def f(): return True", Reason.Passed)]
    [InlineData("def f(): return 2", Reason.Assertion)]
    [InlineData("def f(): raise ValueError('x')", Reason.Exception)]
    [InlineData("def f(): assert False", Reason.Exception)]
    [InlineData("def g(): return 1", Reason.Exception)]
    [InlineData("f = 1", Reason.Exception)]
    [InlineData("", Reason.Exception)]
    public async Task Judge_ofAProgram_saysHowItEnded(string program, Reason expected) =>
        Assert.Equal(expected, (await JudgeAsync(sandbox.Pool, program)).Reason);

    // The order of a set of texts, and with it a verdict, would vary from worker to worker.
    [Fact]
    public async Task Judge_always_hashesTextsTheSameInEachWorker() =>
        Assert.Equal(Reason.Passed, (await JudgeAsync(sandbox.Pool, "import sys\ndef f(): return 1 - sys.flags.hash_randomization")).Reason);

    [Theory]
    [InlineData("[1, 2.5, 'ä', None, True]")]
    [InlineData("(1, (2,), ())")]
    [InlineData("{'a': {1: [2]}, (1, 2): {3}}")]
    [InlineData("{1, 2, frozenset({3})}")]
    [InlineData("b'\\x00\\xff'")]
    [InlineData("2 ** 5000")]
    [InlineData("1 + 2j")]
    [InlineData("float('inf')")]
    [InlineData("range(3)")]
    [InlineData("__import__('collections').Counter('aab')")]
    [InlineData("__import__('decimal').Decimal('1.10')")]
    [InlineData("__import__('datetime').date(2020, 2, 29)")]
    [InlineData("'\\ud800'")]
    [InlineData("int")]
    public async Task Judge_plainValues_crossBothWaysUnchanged(string value)
    {
        string tests = $"v = {value}\nassert f(v) == v\nassert type(f(v)) is type(v)\nassert f(f(v)) == v";
        Verdict verdict = await sandbox.Pool.JudgeAsync(new("def f(x): return x", "def f(x): pass", tests), Limits, default);
        Assert.Equal((Reason.Passed, ""), (verdict.Reason, verdict.Detail));
    }

    [Fact]
    public async Task Judge_objectsOfTheProgram_stayThereAndEqualOnlyThemselves()
    {
        const string Program =
            """
            class Node:
                def __init__(self, value): self.value, self.next = value, None
                def __eq__(self, other): return True
            def total(node): return node.value + (total(node.next) if node.next else 0)
            def make(): return Node(1)
            """;
        const string Tests =
            "a = Node(1)\na.next = Node(2)\nassert total(a) == 3\nassert a.next.value == 2\nassert a.next is a.next\nassert make() != 5\nassert make() != make()";
        Verdict verdict = await sandbox.Pool.JudgeAsync(new(Program, Program, Tests, ["Node", "total", "make"]), Limits, default);
        Assert.Equal((Reason.Passed, ""), (verdict.Reason, verdict.Detail));
    }

    [Fact]
    public async Task Judge_iterators_crossAsIterators()
    {
        const string Tests = "assert list(f()) == [1, 2]\nassert f() != [1, 2]\nassert next(f()) == 1";
        Verdict verdict = await sandbox.Pool.JudgeAsync(new("def f():\n    yield 1\n    yield 2", "def f(): pass", Tests), Limits, default);
        Assert.Equal((Reason.Passed, ""), (verdict.Reason, verdict.Detail));
    }

    [Fact]
    public async Task Judge_aTestThatCatchesEverything_stillSeesThatTheProgramWasStopped()
    {
        const string Tests = "try:\n    f()\nexcept BaseException:\n    pass";
        Verdict slow = await sandbox.Pool.JudgeAsync(new("def f():\n    while True: pass", "def f(): pass", Tests), Limits, default);
        Verdict ended = await sandbox.Pool.JudgeAsync(new("import os\ndef f(): os._exit(0)", "def f(): pass", Tests), Limits, default);
        Assert.Equal((Reason.TimeOut, Reason.Exception), (slow.Reason, ended.Reason));
    }

    [Fact]
    public async Task Judge_theSameTestsAgain_beginsAnew()
    {
        // The programs of a problem share a checker, and none may see what the one before it left there.
        const string Program = "import random\ndef f(): return [random.random()]";
        const string Tests =
            "import random\nanswer = f()\nassert answer == [random.random()]\nanswer.append(1)\nseen.append(answer)\nassert len(seen) == 1";
        for (int i = 0; i < 3; i++)
        {
            Verdict verdict = await sandbox.Pool.JudgeAsync(new(Program, "seen = []\ndef f(): pass", Tests, ["f"]), Limits, default);
            Assert.Equal((Reason.Passed, ""), (verdict.Reason, verdict.Detail));
        }
    }

    [Fact]
    public async Task Judge_otherTestsWithAnotherProgram_areTheirOwn()
    {
        Verdict one = await sandbox.Pool.JudgeAsync(new("def f(): return 1", Right, "assert f() == 1"), Limits, default);
        Verdict two = await sandbox.Pool.JudgeAsync(new("def f(): return 1", Right, "assert f() == 2"), Limits, default);
        Verdict helper = await sandbox.Pool.JudgeAsync(new("def g(): return 1", Right, "assert f() == 1", ["g"]), Limits, default);
        Assert.Equal([Reason.Passed, Reason.Assertion, Reason.Passed], [one.Reason, two.Reason, helper.Reason]);
    }

    [Fact]
    public async Task Judge_timeUsed_isTheProcessorsNotTheClocks()
    {
        const string Program = "import time\ndef f():\n    time.sleep(0.7)\n    end = time.process_time() + 0.1\n    while time.process_time() < end: pass\n    return 1";
        Verdict verdict = await JudgeAsync(sandbox.Pool, Program);
        Assert.True(verdict.Passed, verdict.ToString());
        Assert.InRange(verdict.Cpu, 0.1, 0.4);
        Assert.InRange(verdict.Wall, 0.8, 6);
    }

    private static Task<Verdict> JudgeAsync(SandboxPool pool, string program) => pool.JudgeAsync(new(program, Right, Tests), Limits, default);

    // Commands of all processes that run as nobody.
    private static List<string> SandboxProcesses()
    {
        var commands = new List<string>();
        foreach (string folder in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                if (File.ReadLines(Path.Combine(folder, "status")).Any(line => line.StartsWith("Uid:\t65534", StringComparison.Ordinal)))
                {
                    // A process that has ended, and that nobody has waited for yet, has no command line any more.
                    string command = File.ReadAllText(Path.Combine(folder, "cmdline"));
                    if (command.Length > 0)
                    {
                        commands.Add(command);
                    }
                }
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return commands;
    }
}
