using System.Globalization;
using DataForge.Corpus.Runs;

namespace DataForge.Corpus.Shingling;

/// <summary>The columns of a part's prepared file of texts, a 64-bit word for each text, and where the prepared files are.</summary>
internal static class PreparedColumn
{
    /// <summary>The git id of the text, in three words.</summary>
    public const int ContentId = 0;

    /// <summary>The hash of the folded text.</summary>
    public const int Folded = 3;

    /// <summary>The other half of the wide hash of the folded text; 0 for a text with shingles.</summary>
    public const int FoldedLow = 4;

    /// <summary>Shingles in the text's set.</summary>
    public const int SetLength = 5;

    /// <summary>Bytes of the text.</summary>
    public const int TextBytes = 6;

    /// <summary>The key of the settings, in each row (<see cref="ShingleSettings.Key"/>).</summary>
    public const int Settings = 7;

    /// <summary>Number of columns.</summary>
    public const int Count = 8;

    /// <summary>What the names of the files of a part begin with.</summary>
    public static string Prefix(int part) => string.Create(CultureInfo.InvariantCulture, $"part-{part:D5}");

    /// <summary>The file of texts.</summary>
    public static string TextsFile(Run run, int part) => run.PathOf($"{RunPaths.Shingles}/{Prefix(part)}.texts");

    /// <summary>The file of sets: one column, a text's set after another's.</summary>
    public static string SetsFile(Run run, int part) => run.PathOf($"{RunPaths.Shingles}/{Prefix(part)}.sets");

    /// <summary>The words of a git id.</summary>
    public static void Words(BlobId id, Span<ulong> words)
    {
        Span<byte> bytes = stackalloc byte[24];
        bytes.Clear();
        id.CopyTo(bytes);
        for (int i = 0; i < 3; i++)
        {
            words[i] = BitConverter.ToUInt64(bytes[(8 * i)..]);
        }
    }
}
