using System.Text;
using DataForge.Corpus.Runs;

namespace DataForge.Pretrain.Stages;

/// <summary>The names of the repositories whose documents validate and never train (<c>4-tokens/held-out.json</c>).</summary>
internal sealed class HeldOutRepositories
{
    public const string FileName = "held-out.json";

    private readonly HashSet<string> _names;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    private HeldOutRepositories(IEnumerable<string> names)
    {
        _names = new HashSet<string>(names, StringComparer.Ordinal);
        _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static HeldOutRepositories Read(string path) => new(CanonicalJson.Read<string[]>(path));

    public static void Write(string path, IEnumerable<string> names) =>
        File.WriteAllBytes(path, CanonicalJson.Write(names.Order(StringComparer.Ordinal).ToArray()));

    /// <summary>Whether a repository, its name in UTF-8, is held out.</summary>
    public bool Contains(ReadOnlySpan<byte> name)
    {
        const int MostOnStack = 512;
        Span<char> text = name.Length <= MostOnStack ? stackalloc char[MostOnStack] : new char[name.Length];
        return _lookup.Contains(text[..Encoding.UTF8.GetChars(name, text)]);
    }
}
