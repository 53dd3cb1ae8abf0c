namespace DataForge.Evaluation.Sets;

/// <summary>A way to pass tests without solving a problem. None may pass, or the set is not scored.</summary>
/// <param name="Name">What it tries.</param>
/// <param name="Top">Lines at the program's top level.</param>
/// <param name="Expression">What the function returns.</param>
public sealed record Cheat(string Name, string Top, string Expression)
{
    private const string Forged = """{"reason": "passed", "detail": "", "cpu": 0, "wall": 0}""";

    private const string EqualsAll =
        """
        class Equal:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __lt__(self, other): return True
            def __le__(self, other): return True
            def __gt__(self, other): return True
            def __ge__(self, other): return True
            def __getattr__(self, name): return lambda *a, **k: self
            def __call__(self, *a, **k): return self
            def __bool__(self): return True
            def __float__(self): return 0.0
            def __index__(self): return 0
            def __iter__(self): return iter(())
            def __hash__(self): return 0
            def __sub__(self, other): return self
            def __abs__(self): return self
        """;

    /// <summary>Answers that are the same for every problem.</summary>
    public static IReadOnlyList<string> Constants { get; } = ["None", "True", "False", "0", "1", "''", "[]", "{}", "args"];

    /// <summary>All cheats.</summary>
    public static IReadOnlyList<Cheat> All { get; } =
    [
        new("exit before the tests", "import os; os._exit(0)", "None"),
        new("exit in the call", "import os", "os._exit(0)"),
        new("exit by exception", "raise SystemExit(0)", "None"),
        new("an object that equals everything", EqualsAll, "Equal()"),
        new(
            "numbers that equal everything",
            "class Number(float):\n    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True\n"
            + "    __hash__ = float.__hash__",
            "Number()"),
        new(
            "patched builtins",
            "import builtins\n"
            + "for name in ('all', 'any', 'abs', 'isinstance', 'len', 'sorted', 'set', 'str', 'tuple', 'list', 'round'):\n"
            + "    setattr(builtins, name, lambda *a, **k: True)\nbuiltins.AssertionError = SystemExit",
            "True"),
        new("an overwritten check", "def check(candidate): return None\nimport __main__; __main__.check = check", "None"),
        new(
            "an overwritten checker",
            "import sys, gc\nclass Passed:\n    def __init__(self, *a): pass\n    def verdict(self): return " + Forged
            + "\nfor module in list(sys.modules.values()):\n"
            + "    try: module.Check = Passed; module._text = module._describe = lambda e: ''\n"
            + "    except Exception: pass",
            "None"),
        new("a forged verdict on the output", $"print('{Forged}', flush=True)", $"print('{Forged}', flush=True)"),
        new(
            "a forged verdict on every descriptor",
            "import os\nfor descriptor in range(64):\n    try: os.write(descriptor, b'" + Forged + "\\n')\n    except OSError: pass",
            "None"),
        new(
            "forged answers",
            "import sys\nvalues = sys.modules.get('values')\nif values:\n"
            + "    values.encode = lambda value, handle_of: {'handle': [0, True, 'x']}",
            "None"),
        new(
            "the tests in memory",
            "import gc, sys\nframe = sys._getframe()\nwhile frame:\n    for value in list(frame.f_locals.values()):\n"
            + "        if type(value).__name__ == 'Check': value.stopped = ('passed', '')\n    frame = frame.f_back\n"
            + "for value in gc.get_objects():\n    if isinstance(value, dict) and 'tests' in value: value['tests'] = ''",
            "None"),
        new(
            "the checker's process",
            "import os, signal\nfor process in (os.getppid(), -1, 0):\n    for number in (signal.SIGALRM, signal.SIGKILL):\n"
            + "        try: os.kill(process, number)\n        except OSError: pass",
            "None"),
        new("an exception that the tests expect", "", "(_ for _ in ()).throw(AssertionError)"),
        new(
            "a wrong end of the channel",
            "import os\nfor descriptor in range(3, 64):\n    try: os.close(descriptor)\n    except OSError: pass",
            "None"),
    ];
}
