using System.Text;
using DataForge.Corpus.Runs;

namespace DataForge.Pretrain.Stages;

/// <summary>The names of the repositories whose documents are used for validation, never for training.</summary>
internal sealed class HeldOutRepositories
{
    private readonly HashSet<string> _names;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    private HeldOutRepositories(IEnumerable<string> names)
    {
        _names = new HashSet<string>(names, StringComparer.Ordinal);
        _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The names, in no order.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>Reads <see cref="TokenizeParts.HeldOutFile"/>.</summary>
    public static HeldOutRepositories Read(string path) => new(CanonicalJson.Read<string[]>(path));

    /// <summary>Writes the names in ordinal order.</summary>
    public static void Write(string path, IEnumerable<string> names) =>
        File.WriteAllBytes(path, CanonicalJson.Write(names.Order(StringComparer.Ordinal).ToArray()));

    /// <summary>Whether a repository is held out.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>Whether a repository, its name in UTF-8, is held out. Allocates nothing for names of up to 512 bytes.</summary>
    public bool Contains(ReadOnlySpan<byte> name)
    {
        const int MaxOnStack = 512;
        Span<char> text = name.Length <= MaxOnStack ? stackalloc char[MaxOnStack] : new char[name.Length];
        return _lookup.Contains(text[..Encoding.UTF8.GetChars(name, text)]);
    }
}
