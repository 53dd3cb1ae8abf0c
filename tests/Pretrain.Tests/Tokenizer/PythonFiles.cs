using DataForge.Testing;

namespace DataForge.Pretrain.Tests.Tokenizer;

/// <summary>Real Python source found on the machine: what the interpreters there import from.</summary>
internal static class PythonFiles
{
    /// <summary>Files in an order that mixes them, the same each time; empty where there is no Python.</summary>
    public static IEnumerable<byte[]> Read(int count, int longest = 1 << 20) =>
        Paths.Value.Where(path => new FileInfo(path).Length <= longest).Take(count).Select(File.ReadAllBytes);

    /// <summary>How many files there are.</summary>
    public static int Count => Paths.Value.Length;

    private static readonly Lazy<string[]> Paths = new(() =>
    {
        string[] mixed = [.. RealPython.Files()];
        new Random(20240520).Shuffle(mixed);
        return mixed;
    });
}
