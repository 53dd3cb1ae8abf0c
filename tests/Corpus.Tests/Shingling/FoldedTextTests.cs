using System.Text;
using System.Text.RegularExpressions;
using DataForge.Corpus.Shingling;

namespace DataForge.Corpus.Tests.Shingling;

public class FoldedTextTests
{
    [Fact]
    public void Hash_randomTexts_isEqualExactlyWhereFoldedTextsAre()
    {
        var random = new Random(7);
        var folded = new FoldedText(42);
        var hashes = new Dictionary<string, ulong>(StringComparer.Ordinal);
        var texts = new Dictionary<ulong, string>();
        string[] pieces = [" ", "  ", "\t", "\v", "\f", "\n", "\r", "\r\n", "a", "b", "def f():", "x = 1", new string(' ', 70), new string('y', 90)];
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            string plain = Fold(text);
            ulong hash = folded.Hash(Encoding.UTF8.GetBytes(text));
            Assert.Equal(hash, hashes.TryGetValue(plain, out ulong known) ? known : hashes[plain] = hash);
            Assert.Equal(plain, texts.TryGetValue(hash, out string? other) ? other : texts[hash] = plain);
        }
    }

    [Fact]
    public void Hash_ofAText_neverChanges() =>
        // Stored with signatures, and compared with those of a base.
        Assert.Equal(Expected("x = 1", "if x:", "y = 'a b'"), new FoldedText(42).Hash("  x  =\t1\r\n\n\tif x:\n        y = 'a b' \n"u8));

    private static ulong Expected(params string[] lines) => Hashing.Mix(lines.Aggregate(
        42 ^ Hashing.K2, (hash, line) => Hashing.Fold(hash ^ Hashing.Of(Encoding.UTF8.GetBytes(line), 42), Hashing.K0)));

    private static string Fold(string text) => string.Join('\n', text.Split('\n', '\r').Select(line => Regex.Replace(line, "[ \t\v\f]+", " ").Trim(' ')).Where(line => line.Length > 0));
}
