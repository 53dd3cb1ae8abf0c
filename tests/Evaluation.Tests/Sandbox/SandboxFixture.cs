using DataForge.Evaluation.Sandbox;

namespace DataForge.Evaluation.Tests.Sandbox;

/// <summary>Workers that the tests of a class share. Tests skip where bubblewrap or Python is missing.</summary>
public sealed class SandboxFixture : IDisposable
{
    private readonly SandboxPool? _pool;

    public SandboxFixture()
    {
        Missing = !File.Exists("/usr/bin/bwrap") ? "bubblewrap is not installed" : !HasPython() ? "python3 is not installed" : null;
        _pool = Missing is null ? new SandboxPool(PythonInterpreter.Find("python3")) : null;
        try
        {
            _pool?.CheckAsync(default).GetAwaiter().GetResult();
        }
        catch (Corpus.DataForgeException e)
        {
            Missing = "this machine does not let bubblewrap run: " + e.Message;
        }
    }

    /// <summary>Whether the long checks run too.</summary>
    public static bool IsFull => Environment.GetEnvironmentVariable("DATAFORGE_TEST_EVALUATION_FULL") is not null;

    /// <summary>The sets that are asked for; null for all.</summary>
    public static IReadOnlyList<string>? Sets => Environment.GetEnvironmentVariable("DATAFORGE_TEST_EVALUATION_SETS")?.Split(' ');

    /// <summary>What is missing, or null.</summary>
    public string? Missing { get; }

    /// <summary>The workers; skips the test where they cannot run.</summary>
    public SandboxPool Pool
    {
        get
        {
            Assert.SkipWhen(Missing is not null, Missing ?? "");
            return _pool!;
        }
    }

    public void Dispose() => _pool?.Dispose();

    private static bool HasPython()
    {
        try
        {
            PythonInterpreter.Find("python3");
            return true;
        }
        catch (Corpus.DataForgeException)
        {
            return false;
        }
    }
}
