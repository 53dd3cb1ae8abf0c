using System.Text;
using DataForge.Corpus;
using DataForge.Inspection.Tracing;

namespace DataForge.Inspection.Tests.Tracing;

public class SnippetMatcherTests
{
    private const string Code = "def f(a, b):\n    return {'k': [a + b, \"text it's # here\"]}\n";

    /// <summary>
    /// The longest run of each snippet is the one that the textbook's table of common substrings gives, for texts of few different words.
    /// </summary>
    [Fact]
    public void Match_randomTexts_findsTheLongestCommonRun()
    {
        var random = new Random(7);
        int named = 0;
        for (int trial = 0; trial < 300; trial++)
        {
            string[] file = Words(random, 400);
            string[][] pieces = [.. Enumerable.Range(0, 3).Select(_ => Piece(random, file))];
            Snippet[] snippets = [.. pieces.Select((words, i) => new Snippet($"{i}", Bytes(words)))];
            var tokens = new TokenStream();
            tokens.FillWithCode(Bytes(file));
            var runs = new List<SharedRun>();
            var matcher = new SnippetMatcher(new SnippetIndex(snippets));
            matcher.Match(tokens, runs);
            runs.Clear();
            matcher.Match(tokens, runs); // nothing is left over from the file before
            for (int i = 0; i < pieces.Length; i++)
            {
                int longest = LongestCommonRun(pieces[i], file);
                SharedRun[] found = [.. runs.Where(run => run.Snippet == i)];
                if (longest >= SourceRule.LongRun)
                {
                    Assert.Single(found);
                }

                foreach (SharedRun run in found)
                {
                    named++;
                    Assert.Equal(longest, run.Run);
                    Assert.Equal(pieces[i].AsSpan(run.SnippetToken, run.Run), file.AsSpan(run.FileToken, run.Run));
                    Assert.InRange(run.Covered, (double)run.Run / pieces[i].Length, 1);
                }
            }
        }

        Assert.True(named > 300, $"{named} runs named");
    }

    [Fact]
    public void FillWithCode_commentsAndWhiteSpace_countForNothing()
    {
        Assert.Equal(Tokens(Code), Tokens("# first\ndef  f( a,b ) : # one\n\n  return {'k' : [ a+b ,\n # two\n \"text it's # here\" ] }"));
        Assert.NotEqual(Tokens(Code), Tokens(Code.Replace("a + b", "a - b", StringComparison.Ordinal)));
    }

    [Fact]
    public void FillWithCode_cutInsideADocstring_hasTheTokensOfTheWhole()
    {
        const string Whole = "def f():\n    \"\"\"First line.\n\n    It isn't the last one.\n    \"\"\"\n    return [1,\n            2]\n";
        ulong[] all = Tokens(Whole);
        ulong[] cut = Tokens(Whole[Whole.IndexOf("It isn't", StringComparison.Ordinal)..]);
        Assert.Equal(all[^cut.Length..], cut);
    }

    [Fact]
    public void Snippet_onlyComments_isReadWithThem()
    {
        string comments = string.Concat(Enumerable.Range(0, 10).Select(i => $"# the line number {i} of a comment\n"));
        Assert.True(new Snippet("c", Encoding.UTF8.GetBytes(comments)) is { WithComments: true, IsLongEnough: true });
        Assert.False(new Snippet("n", Encoding.UTF8.GetBytes(comments + "# Licensed under the terms of the moon\n")).IsLongEnough);
        Assert.False(new Snippet("x", "x = 1\n"u8).IsLongEnough);
        Assert.False(new Snippet("", []).IsLongEnough);
    }

    [Theory]
    [InlineData("github", "0123", "a b/c#1.py", "https://github.com/owner/name/blob/0123/a%20b/c%231.py")]
    [InlineData("github", null, "c.py", null)]
    [InlineData("dir", "0123", "c.py", null)]
    public void Permalink_ofAFile_isThatOfTheCommit(string source, string? commit, string path, string? expected) =>
        Assert.Equal(expected, Permalink.Of(new CorpusFile
        {
            BlobId = BlobId.Of([]),
            ContentId = BlobId.Of([]),
            Attribution = new Attribution
            {
                Repository = new RepositoryFacts { Id = 1, Name = "owner/name", Source = source, Commit = commit },
                Path = path,
                License = "MIT",
                LicenseClass = LicenseClass.Permissive,
                LicenseEvidence = "header",
                Copies = 1,
            },
            Size = 0,
        }));

    private static ulong[] Tokens(string text)
    {
        var tokens = new TokenStream();
        tokens.FillWithCode(Encoding.UTF8.GetBytes(text));
        return tokens.Hashes.ToArray();
    }

    private static string[] Words(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => $"w{random.Next(16)}")];

    // Words of the file with words of its own around them and, at times, one changed in the middle.
    private static string[] Piece(Random random, string[] file)
    {
        int length = random.Next(20, 120);
        string[] copied = file.AsSpan(random.Next(file.Length - length), length).ToArray();
        if (random.Next(2) == 0)
        {
            copied[random.Next(length)] = "other";
        }

        return [.. Words(random, random.Next(40)), .. copied, .. Words(random, random.Next(40))];
    }

    private static byte[] Bytes(string[] words) => Encoding.UTF8.GetBytes(string.Join(' ', words));

    private static int LongestCommonRun(string[] one, string[] other)
    {
        var table = new int[one.Length + 1, other.Length + 1];
        int longest = 0;
        for (int i = 1; i <= one.Length; i++)
        {
            for (int j = 1; j <= other.Length; j++)
            {
                table[i, j] = one[i - 1] == other[j - 1] ? table[i - 1, j - 1] + 1 : 0;
                longest = Math.Max(longest, table[i, j]);
            }
        }

        return longest;
    }
}
