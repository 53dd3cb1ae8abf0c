using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace DataForge.Corpus.Tests;

public class BlobIdTests
{
    [Theory]
    [InlineData("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")]
    [InlineData("what is up, doc?", "bd9dbf5aae1a3862dd1526723246b20206e5fc37")] // the example of the Git book
    public void Of_knownContent_isGitsId(string content, string id) => Assert.Equal(id, BlobId.Of(Encoding.UTF8.GetBytes(content)).ToString());

    [Fact]
    public void Of_anyContent_isWhatGitHashObjectSays()
    {
        byte[] content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];
        var start = new ProcessStartInfo("git", ["hash-object", "--stdin"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process git = Process.Start(start)!;
        git.StandardInput.BaseStream.Write(content);
        git.StandardInput.Close();
        Assert.Equal(git.StandardOutput.ReadToEnd().Trim(), BlobId.Of(content).ToString());
    }

    [Fact]
    public void CompareTo_anyTwo_isTheOrderOfTheirDigits() => Prop.ForAll<byte[], byte[]>((one, other) =>
    {
        BlobId a = BlobId.Of(one), b = BlobId.Of(other);
        return Math.Sign(a.CompareTo(b)) == Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString()))
            && BlobId.Parse(a.ToString()) == a;
    }).QuickCheckThrowOnFailure();
}
