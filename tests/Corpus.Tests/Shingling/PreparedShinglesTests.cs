using System.Text;
using DataForge.Corpus.Runs;
using DataForge.Corpus.Shingling;
using DataForge.Python;
using DataForge.Testing;

namespace DataForge.Corpus.Tests.Shingling;

public sealed class PreparedShinglesTests : IDisposable
{
    private static readonly ShingleSettings Settings = new(5, ShingleKind.Code, TokenClasses.All, 42);
    private static readonly string[] Texts =
        ["x = 1\n", "def f(a, b):\n    return f'{a}{b}'\n", "", "print 'of Python 2', 1, 2, 3\n", "a b c d e f g h (\n"];
    private readonly TemporaryFolder _folder = new();
    private readonly Run _run;

    public PreparedShinglesTests() => _run = Run.Open(Workspace.Open(_folder["workspace"]), "test");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryRead_whatWasWritten_isWhatTheTextsGive()
    {
        Write(Texts);
        var shingler = new Shingler(Settings);
        var folded = new FoldedText(Settings.Seed);
        using PreparedShingles prepared = Open(Texts.Length)!;
        for (int row = 0; row < Texts.Length; row++)
        {
            byte[] text = Encoding.UTF8.GetBytes(Texts[row]);
            Assert.False(prepared.AreWhole && row < Texts.Length - 1);
            Assert.True(prepared.TryRead(row, BlobId.Of(text), out ReadOnlySpan<ulong> set));
            shingler.Process(text);
            Assert.Equal(shingler.Set, set);
            Assert.Equal(set.IsEmpty ? folded.HashWide(text) : new Fingerprint(folded.Hash(text), 0), prepared.Folded(row));
            Assert.Equal(text.Length, prepared.TextBytes(row));
        }

        Assert.True(prepared.AreWhole);
    }

    [Fact]
    public void Open_nothingOtherSettingsOtherRowsOrDamage_givesNone()
    {
        Assert.Null(Open(Texts.Length));
        Write(Texts);
        Assert.Null(Open(Texts.Length + 1));
        foreach (ShingleSettings other in new[]
        {
            Settings with { Length = 4 }, Settings with { Kind = ShingleKind.Words }, Settings with { Classes = TokenClasses.Names }, Settings with { Seed = 43 },
        })
        {
            Assert.Null(PreparedShingles.Open(_run, 0, other, Texts.Length));
        }

        foreach (string file in Directory.GetFiles(_run.PathOf("shingles")))
        {
            byte[] whole = File.ReadAllBytes(file);
            File.WriteAllBytes(file, whole[..^1]);
            Assert.Null(Open(Texts.Length));
            File.WriteAllBytes(file, whole);
        }

        string texts = _run.PathOf("shingles/part-00000.texts");
        byte[] changed = File.ReadAllBytes(texts);
        changed[7] ^= 1;
        File.WriteAllBytes(texts, changed);
        Assert.Null(Open(Texts.Length));
    }

    [Fact]
    public void TryRead_anotherText_isFalse()
    {
        Write(Texts);
        using PreparedShingles prepared = Open(Texts.Length)!;
        Assert.False(prepared.TryRead(0, BlobId.Of("y = 1\n"u8), out _));
    }

    [Fact]
    public void AreWhole_aChangedSet_isFalse()
    {
        Write(Texts);
        string sets = _run.PathOf("shingles/part-00000.sets");
        byte[] changed = File.ReadAllBytes(sets);
        changed[3] ^= 1;
        File.WriteAllBytes(sets, changed);
        using PreparedShingles prepared = Open(Texts.Length)!;
        for (int row = 0; row < Texts.Length; row++)
        {
            Assert.True(prepared.TryRead(row, BlobId.Of(Encoding.UTF8.GetBytes(Texts[row])), out _));
        }

        Assert.False(prepared.AreWhole);
    }

    [Fact]
    public void KeepOnly_partsThatAreGone_removesTheirFiles()
    {
        PreparedShingles.KeepOnly(_run, [1]);
        Write(Texts);
        PreparedShingles.KeepOnly(_run, [0, 7]);
        Assert.Equal(2, Directory.GetFiles(_run.PathOf("shingles")).Length);
        PreparedShingles.KeepOnly(_run, [7]);
        Assert.Empty(Directory.GetFiles(_run.PathOf("shingles")));
    }

    private PreparedShingles? Open(int rows) => PreparedShingles.Open(_run, 0, Settings, rows);

    private void Write(string[] texts)
    {
        using var writer = new PreparedShinglesWriter(_run, 0);
        var shingles = new TextShingles(Settings);
        var tokens = new PythonTokens();
        foreach (byte[] text in texts.Select(Encoding.UTF8.GetBytes))
        {
            PythonParser.Check(text, null, tokens);
            shingles.Compute(BlobId.Of(text), text, tokens);
            writer.Append(shingles.Row, shingles.Set);
        }

        writer.Complete();
    }
}
